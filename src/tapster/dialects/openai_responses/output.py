"""One item of a response's output, and what of it has been told already."""

from typing import Any, Literal

from tapster.core.events import (
    Annotated,
    Event,
    PartAdded,
    ReasoningDelta,
    ReasoningSealed,
    RefusalDelta,
    TextDelta,
    TokenLogprobs,
    ToolCallDelta,
)
from tapster.core.messages import Image, Opaque, Reasoning
from tapster.dialects.json_values import objects_in, text_in
from tapster.dialects.openai_responses.items import DIALECT
from tapster.dialects.token_logprobs import ranked_token, token_logprob

_CALLS = {"function_call": "arguments", "custom_tool_call": "input"}

# The first bytes of an image in base64 name its format where the item does not.
_IMAGE_STARTS = {"iVBOR": "png", "/9j/": "jpeg", "UklGR": "webp", "R0lGO": "gif"}


class OutputItem:
    """What is known of one item while its response streams in."""

    __slots__ = ("_arguments", "_finished", "kind", "slot", "told")

    def __init__(self, kind: Any = None) -> None:
        self.kind = kind
        self.slot: int | None = None
        self.told: set[Any] = set()
        self._arguments = ""
        self._finished = False

    @property
    def is_call(self) -> bool:
        """Whether the caller is asked to run a tool."""
        return self.kind in _CALLS

    def tell_arguments(self, text: str, events: list[Event], *, whole: bool) -> None:
        """Add what of `text` is new: a next piece, or the `whole` of it."""
        if whole:
            if not text.startswith(self._arguments):
                return
            text = text[len(self._arguments) :]
        if text and self.slot is not None:
            self._arguments += text
            events.append(ToolCallDelta(slot=self.slot, arguments=text))

    def tell_logprobs(self, told: Any, place: Any, events: list[Event], *, whole: bool) -> None:
        """Add the log probabilities `told` of the part at `place`.

        Told as a `whole`, they are added only if none of them came in pieces.
        """
        tokens = tuple(map(_token_of, objects_in(told)))
        if tokens and not (whole and self._was_told("logprobs", place)):
            self.told.add(("logprobs", place))
            events.append(TokenLogprobs(tokens))

    def finish(
        self,
        item: dict[str, Any],
        events: list[Event],
        *,
        reasoning_format: str,
        index: int | None,
    ) -> None:
        """Add what of the finished `item` was not told in pieces."""
        if self._finished:
            return
        self._finished = True
        match item.get("type"):
            case "message":
                self._finish_message(item, events)
            case "reasoning":
                self._finish_reasoning(item, events, reasoning_format, index)
            case "function_call" | "custom_tool_call" as kind:
                text = item.get(_CALLS[kind])
                self.tell_arguments(text if isinstance(text, str) else "", events, whole=True)
            case "image_generation_call":
                _add_image(item, events)
            case _:
                events.append(PartAdded(Opaque(dialect=DIALECT, value=item)))

    def _finish_message(self, item: dict[str, Any], events: list[Event]) -> None:
        content = item.get("content")
        if isinstance(content, str):
            content = [{"type": "output_text", "text": content}]
        for place, part in enumerate(objects_in(content)):
            match part.get("type"):
                case "output_text" | "text":
                    if not self._was_told("text", place) and text_in(part.get("text")):
                        events.append(TextDelta(part["text"]))
                    self.tell_logprobs(part.get("logprobs"), place, events, whole=True)
                    if "annotations" not in self.told:
                        events += map(Annotated, objects_in(part.get("annotations")))
                case "refusal":
                    if not self._was_told("refusal", place) and text_in(part.get("refusal")):
                        events.append(RefusalDelta(part["refusal"]))
                case _:
                    pass  # a kind of part that is not invented yet

    def _was_told(self, kind: str, place: int) -> bool:
        return (kind, place) in self.told or (kind, None) in self.told

    def _finish_reasoning(
        self, item: dict[str, Any], events: list[Event], reasoning_format: str, index: int | None
    ) -> None:
        name = text_in(item.get("id"))
        kinds: tuple[tuple[str, Literal["summary", "text"]], ...] = (
            ("summary", "summary"),
            ("content", "text"),
        )
        parts = [
            Reasoning(text=part["text"], kind=kind, id=name, format=reasoning_format, index=index)
            for field, kind in kinds
            for part in objects_in(item.get(field))
            if text_in(part.get("text"))
        ]
        if "reasoning" not in self.told:
            events += (ReasoningDelta(part.text) for part in parts)
        sealed = item.get("encrypted_content")
        if isinstance(sealed, str) and sealed:
            parts.append(
                Reasoning(
                    kind="encrypted",
                    encrypted=sealed,
                    id=name,
                    format=reasoning_format,
                    index=index,
                )
            )
        events += map(ReasoningSealed, parts)


def _token_of(token: dict[str, Any]) -> dict[str, Any]:
    """Return `token` as Chat has it: what streams here comes without its bytes."""
    top = [
        ranked_token(other.get("token"), other.get("logprob"), other.get("bytes"))
        for other in objects_in(token.get("top_logprobs"))
    ]
    return token_logprob(token.get("token"), token.get("logprob"), token.get("bytes"), top)


def _add_image(item: dict[str, Any], events: list[Event]) -> None:
    result = item.get("result")
    if not isinstance(result, str) or not result:
        return
    if result.startswith(("data:", "https:", "http:")):
        events.append(PartAdded(Image(url=result)))
        return
    form = item.get("output_format") or next(
        (form for start, form in _IMAGE_STARTS.items() if result.startswith(start)), "png"
    )
    events.append(PartAdded(Image(url=f"data:image/{form};base64,{result}")))
