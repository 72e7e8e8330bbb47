"""Tool calls put together from their deltas, however an endpoint cuts and numbers them."""

import json
from typing import Any

import msgspec
from msgspec import Struct

from tapster.core.events import ToolCallDelta
from tapster.dialects.call_ids import call_id
from tapster.dialects.json_values import text_in
from tapster.dialects.openai_chat.signatures import read_signature


class Item(Struct, gc=False):
    """One item of `tool_calls`, its leaves unchecked."""

    index: Any = None
    id: Any = None
    function: Any = None
    custom: Any = None
    extra_content: Any = None

    @property
    def called(self) -> dict[str, Any]:
        """What is called: a function, or OpenAI's free-form kind of tool."""
        for place in (self.function, self.custom):
            if isinstance(place, dict):
                return place
        return {}


class _Call:
    __slots__ = ("id", "name", "slot")

    def __init__(self, slot: int, given: str, name: str) -> None:
        self.slot = slot
        self.id = given
        self.name = name


class Calls:
    """The tool calls of one choice, in order of appearance."""

    def __init__(self, choice: int, reply_id: str) -> None:
        self._choice = choice
        self._reply_id = reply_id
        self._last: _Call | None = None
        self._by_index: dict[int, _Call] = {}
        self._by_id: dict[str, _Call] = {}

    def __bool__(self) -> bool:
        return self._last is not None

    def add(self, item: object, signature: str | None = None) -> ToolCallDelta | None:
        """Return what `item` of `tool_calls` adds, or `None` if it adds nothing.

        `signature` is the message's own, for a first call that has none.
        """
        if not isinstance(item, dict):
            return None
        said = msgspec.convert(item, Item)
        name = text_in(said.called.get("name")) or ""
        arguments = _arguments(said.called.get("arguments", said.called.get("input")))
        index = said.index if type(said.index) is int else None
        given = said.id if isinstance(said.id, str) else None
        own = read_signature(said.extra_content) if said.extra_content else None
        call = self._find(index, given, name)
        if call is None:
            if not (given or name or arguments):
                return None
            return self._begin(index, given, name, arguments, own or signature)
        new_name = name if name and not call.name else ""
        call.name = call.name or name
        if not (new_name or arguments or own):
            return None
        return ToolCallDelta(
            call.slot,
            name=new_name or None,
            arguments=arguments,
            signature=own,
            choice=self._choice,
        )

    def add_function(self, function: object) -> ToolCallDelta | None:
        """Return what the `function_call` of the oldest form adds."""
        return self.add({"index": 0, "function": function})

    def _find(self, index: int | None, given: str | None, name: str) -> _Call | None:
        """Return the call a delta continues, or `None` if it begins one."""
        if index is not None:
            call = self._by_index.get(index)
            # Some endpoints number every parallel call 0: what has a name is another call if its
            # id is another one, or, without ids, its name.
            if call and name and _differ(given, call.id, name, call.name):
                return None
            return call
        if given:
            return self._by_id.get(given)
        return None if name else self._last

    def _begin(
        self,
        index: int | None,
        given: str | None,
        name: str,
        arguments: str,
        signature: str | None,
    ) -> ToolCallDelta:
        slot = self._last.slot + 1 if self._last else 0
        call = self._last = _Call(slot, given or "", name)
        if index is not None:
            self._by_index[index] = call
        if given:
            self._by_id[given] = call
        return ToolCallDelta(
            slot,
            id=given if given is not None else call_id(self._reply_id, self._choice, slot, name),
            name=name or None,
            arguments=arguments,
            signature=signature,
            choice=self._choice,
        )


def _differ(given: str | None, known: str, name: str, known_name: str) -> bool:
    if given and known:
        return given != known
    return not given and not known and bool(known_name) and name != known_name


def _arguments(value: object) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
