"""One block of an answer while it streams in."""

from typing import Any

import msgspec

from tapster.core.events import (
    Annotated,
    Event,
    PartAdded,
    ReasoningDelta,
    ReasoningSealed,
    TextDelta,
    ToolCallDelta,
)
from tapster.core.messages import Opaque, Reasoning
from tapster.dialects.anthropic_messages.turns import DIALECT, SEAL
from tapster.dialects.call_ids import call_id
from tapster.dialects.json_values import objects_in, read_json, text_in


class Block:
    """A block between its start and its stop."""

    __slots__ = (
        "_input",
        "_reply_id",
        "_signature",
        "_thinking",
        "_value",
        "index",
        "kind",
        "slot",
    )

    def __init__(
        self, value: dict[str, Any], *, index: int | None, slot: int, reply_id: str | None
    ) -> None:
        self.kind = text_in(value.get("type"))
        self.index = index
        self.slot = slot
        self._value = value
        self._reply_id = reply_id
        self._thinking: list[str] = []
        self._signature = ""
        self._input: list[str] = []

    def start(self, events: list[Event]) -> None:
        """Add what the block's start already tells."""
        value = self._value
        match self.kind:
            case "text":
                if isinstance(value.get("text"), str):
                    self.add_text(value["text"], events)
                for citation in objects_in(value.get("citations")):
                    self.add_citation(citation, events)
            case "thinking":
                if isinstance(value.get("thinking"), str):
                    self.add_thinking(value["thinking"], events)
                self.add_signature(value.get("signature"))
            case "tool_use":
                events.append(
                    ToolCallDelta(
                        slot=self.slot,
                        id=str(value.get("id") or call_id(self._reply_id, self.slot)),
                        name=str(value.get("name") or ""),
                    )
                )
            case _:
                pass

    def add_text(self, text: str, events: list[Event]) -> None:
        """Add visible words."""
        if text:
            events.append(TextDelta(text))

    def add_thinking(self, text: str, events: list[Event]) -> None:
        """Add readable thinking, which the seal will cover as a whole."""
        if text:
            self._thinking.append(text)
            events.append(ReasoningDelta(text))

    def add_signature(self, signature: Any) -> None:
        """Add the seal, or a piece of it."""
        if isinstance(signature, str):
            self._signature += signature

    def add_input(self, text: str, events: list[Event]) -> None:
        """Add a piece of a tool's arguments; only the caller's own tools are told of."""
        if not text:
            return
        self._input.append(text)
        if self.kind == "tool_use":
            events.append(ToolCallDelta(slot=self.slot, arguments=text))

    def add_citation(self, citation: Any, events: list[Event]) -> None:
        """Add a note on the text."""
        if isinstance(citation, dict):
            events.append(Annotated(citation))

    def add_unknown(self, delta: dict[str, Any]) -> None:
        """Add a piece of a block we do not read: words are appended, all else replaced."""
        for name, piece in delta.items():
            if name == "type":
                continue
            before = self._value.get(name)
            joins = isinstance(piece, str) and isinstance(before, str)
            self._value[name] = before + piece if joins else piece

    def stop(self, events: list[Event]) -> None:
        """Add what is only known when the block is complete."""
        match self.kind:
            case "text":
                pass
            case "thinking":
                if self._signature:
                    events.append(
                        ReasoningSealed(
                            Reasoning(
                                text="".join(self._thinking),
                                signature=self._signature,
                                format=SEAL,
                                index=self.index,
                            )
                        )
                    )
            case "redacted_thinking":
                events.append(
                    ReasoningSealed(
                        Reasoning(
                            kind="encrypted",
                            encrypted=str(self._value.get("data") or ""),
                            format=SEAL,
                            index=self.index,
                        )
                    )
                )
            case "tool_use":
                if not self._input:
                    events.append(ToolCallDelta(slot=self.slot, arguments=self._whole_input()))
            case _:
                self._take_input()
                events.append(PartAdded(Opaque(dialect=DIALECT, value=self._value)))

    def _whole_input(self) -> str:
        given = self._value.get("input")
        return msgspec.json.encode(given).decode() if isinstance(given, dict) else "{}"

    def _take_input(self) -> None:
        if not self._input:
            return
        text = "".join(self._input)
        told = read_json(text)
        self._value["input"] = {"input": text} if told is None else told
