"""Google's replies as events. A streamed piece has the same shape as a whole reply."""

from collections.abc import Mapping
from typing import Any

import msgspec

from tapster.core.errors import Reason
from tapster.core.events import (
    Annotated,
    Event,
    Failed,
    Finished,
    FinishReason,
    Noticed,
    PartAdded,
    ReasoningDelta,
    ReasoningSealed,
    Started,
    TextDelta,
    TokenLogprobs,
    ToolCallDelta,
    UsageReported,
)
from tapster.core.messages import Audio, Image, Opaque, Reasoning
from tapster.core.requests import ChatRequest
from tapster.core.usage import Usage
from tapster.dialects.call_ids import call_id
from tapster.dialects.google_errors import read_google_error
from tapster.dialects.google_generate.contents import DIALECT, SEAL
from tapster.dialects.google_generate.partial_arguments import PartialArguments
from tapster.dialects.json_values import count_in, object_in, objects_in, read_json, text_in
from tapster.dialects.token_logprobs import ranked_token, token_logprob

_FINISHES: dict[str, FinishReason] = {
    "STOP": "stop",
    "MAX_TOKENS": "length",
    "CONTINUATION": "length",
    "SAFETY": "content_filter",
    "RECITATION": "content_filter",
    "LANGUAGE": "content_filter",
    "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter",
    "SPII": "content_filter",
    "IMAGE_SAFETY": "content_filter",
    "IMAGE_PROHIBITED_CONTENT": "content_filter",
    "IMAGE_RECITATION": "content_filter",
    "MODEL_ARMOR": "content_filter",
    "ESCALATION": "content_filter",
    "MALFORMED_FUNCTION_CALL": "error",
    "UNEXPECTED_TOOL_CALL": "error",
    "TOO_MANY_TOOL_CALLS": "error",
    "MISSING_THOUGHT_SIGNATURE": "error",
    "MALFORMED_RESPONSE": "error",
    "OTHER": "error",
    "NO_IMAGE": "error",
    "IMAGE_OTHER": "error",
    "PUP_LIMITED_DISABLED": "error",
}
# Some proxies of Vertex AI write enumerations as their protobuf numbers.
_NUMBERED = {
    1: "STOP",
    2: "MAX_TOKENS",
    3: "SAFETY",
    4: "RECITATION",
    5: "OTHER",
    6: "BLOCKLIST",
    7: "PROHIBITED_CONTENT",
    8: "SPII",
    9: "MALFORMED_FUNCTION_CALL",
}
_NOTES = ("groundingMetadata", "urlContextMetadata", "urlRetrievalMetadata")
# What stands beside a part's one content and is no content itself.
_FLAGS = frozenset({"thought", "thoughtSignature", "videoMetadata", "mediaResolution"})


class _Choice:
    """What has been heard of one candidate."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.slots = 0
        self.said = False
        self.finish: str | None = None
        self.explained: str | None = None
        self.partial: PartialArguments | None = None
        self.sealed = 0
        self.notes: list[Any] = []


class Reply:
    """Reads a reply, whole or piece by piece. `broken` tells that it ended in a failure."""

    def __init__(self, request: ChatRequest) -> None:
        self.broken = False
        self._request = request
        self._choices: dict[int, _Choice] = {}
        self._usage: Usage | None = None
        self._started = False
        self._id: str | None = None
        self._blocked: str | None = None

    def read(self, data: bytes) -> list[Event]:
        """Return the events of one JSON text: a piece, a whole reply, or an array of these."""
        answer = read_json(data)
        if answer is None:
            return self._break(data)
        events: list[Event] = []
        for piece in answer if isinstance(answer, list) else [answer]:
            if not isinstance(piece, dict) or "error" in piece:
                return [*events, *self._break(msgspec.json.encode(piece))]
            self._read_piece(piece, events)
        return events

    def end(self) -> list[Event]:
        """Return what is left to say when nothing more comes."""
        events: list[Event] = []
        for choice in self._choices.values():
            self._close_call(choice, events)
        if self._usage is not None:
            events.append(UsageReported(self._usage))
        if self._blocked is not None and not self._choices:
            return [*events, Finished("content_filter", raw=self._blocked)]
        if not any(choice.said or choice.finish for choice in self._choices.values()):
            self.broken = True
            return [
                *events,
                Failed(
                    Reason.INTERRUPTED,
                    "The provider's answer ended before it began. Try again.",
                ),
            ]
        for _, choice in sorted(self._choices.items()):
            reason = _finish_of(choice)
            if choice.explained and reason in {"error", "content_filter"}:
                events.append(Noticed(choice.explained))
            events.append(Finished(reason, raw=choice.finish, choice=choice.number))
        return events

    def _break(self, data: bytes) -> list[Event]:
        self.broken = True
        events: list[Event] = [] if self._usage is None else [UsageReported(self._usage)]
        return [*events, Failed.because(read_google_error(200, {}, data))]

    def _read_piece(self, piece: Mapping[str, Any], events: list[Event]) -> None:
        if not self._started:
            self._started = True
            self._id = text_in(piece.get("responseId"))
            events.append(Started(id=self._id, model=text_in(piece.get("modelVersion"))))
        if isinstance(usage := piece.get("usageMetadata"), dict) and (
            "promptTokenCount" in usage or "totalTokenCount" in usage
        ):
            self._usage = _usage_of(usage)
        feedback = piece.get("promptFeedback")
        if isinstance(feedback, dict) and feedback.get("blockReason"):
            self._blocked = str(feedback["blockReason"])
            if words := text_in(feedback.get("blockReasonMessage")):
                events.append(Noticed(words))
        for place, candidate in enumerate(objects_in(piece.get("candidates"))):
            self._read_candidate(candidate, place, events)

    def _read_candidate(
        self, candidate: Mapping[str, Any], place: int, events: list[Event]
    ) -> None:
        number = candidate.get("index", place)
        number = number if isinstance(number, int) else place
        choice = self._choices.get(number)
        if choice is None:
            choice = self._choices[number] = _Choice(number)
        for part in objects_in(object_in(candidate.get("content")).get("parts")):
            self._read_part(part, choice, events)
        if finish := candidate.get("finishReason"):
            choice.finish = (
                _NUMBERED.get(finish, str(finish)) if _is_number(finish) else str(finish)
            )
            choice.explained = text_in(candidate.get("finishMessage"))
        _read_notes(candidate, choice, events)

    def _read_part(self, part: Mapping[str, Any], choice: _Choice, events: list[Event]) -> None:
        signature = text_in(part.get("thoughtSignature"))
        number = choice.number
        if isinstance(call := part.get("functionCall"), dict):
            self._read_call(call, signature, choice, events)
            return
        if isinstance(text := part.get("text"), str):
            thought = bool(part.get("thought"))
            if text:
                choice.said = True
                events.append(
                    ReasoningDelta(text, choice=number)
                    if thought
                    else TextDelta(text, choice=number)
                )
            if signature:
                _seal(signature, text if thought else "", choice, events)
        elif isinstance(inline := part.get("inlineData"), dict):
            # Pictures among the thoughts are drafts, not part of the answer.
            if not part.get("thought"):
                choice.said = True
                events.append(PartAdded(_media_of(inline, part), choice=number))
            if signature:
                _seal(signature, "", choice, events)
        elif part.keys() - _FLAGS:
            choice.said = True
            events.append(PartAdded(Opaque(dialect=DIALECT, value=dict(part)), choice=number))
        elif signature:
            _seal(signature, "", choice, events)

    def _read_call(
        self,
        call: Mapping[str, Any],
        signature: str | None,
        choice: _Choice,
        events: list[Event],
    ) -> None:
        name = text_in(call.get("name"))
        if name is None:
            if choice.partial is not None:
                choice.partial.add(call.get("partialArgs"))
                if not call.get("willContinue"):
                    self._close_call(choice, events)
            return
        self._close_call(choice, events)
        choice.said = True
        slot, choice.slots = choice.slots, choice.slots + 1
        seed = (self._id, len(self._request.messages), choice.number, slot)
        unfinished = bool(call.get("willContinue"))
        if unfinished or "partialArgs" in call:
            choice.partial = PartialArguments()
            choice.partial.add(call.get("partialArgs"))
        arguments = "" if choice.partial else msgspec.json.encode(call.get("args") or {}).decode()
        events.append(
            ToolCallDelta(
                slot=slot,
                id=text_in(call.get("id")) or call_id(*seed),
                name=name,
                arguments=arguments,
                signature=signature,
                choice=choice.number,
            )
        )
        if choice.partial and not unfinished:
            self._close_call(choice, events)

    def _close_call(self, choice: _Choice, events: list[Event]) -> None:
        if choice.partial is None:
            return
        arguments = msgspec.json.encode(choice.partial.value).decode()
        choice.partial = None
        events.append(
            ToolCallDelta(slot=choice.slots - 1, arguments=arguments, choice=choice.number)
        )


def _seal(signature: str, thought: str, choice: _Choice, events: list[Event]) -> None:
    """Keep a signature: with the thought it signs, or alone where it signs visible words."""
    index, choice.sealed = choice.sealed, choice.sealed + 1
    part = (
        Reasoning(text=thought, signature=signature, format=SEAL, index=index)
        if thought
        else Reasoning(kind="encrypted", encrypted=signature, format=SEAL, index=index)
    )
    events.append(ReasoningSealed(part, choice=choice.number))


def _media_of(inline: Mapping[str, Any], part: Mapping[str, Any]) -> Image | Audio | Opaque:
    media_type, data = str(inline.get("mimeType", "")), inline.get("data")
    if not isinstance(data, str):
        return Opaque(dialect=DIALECT, value=dict(part))
    data = data.replace("-", "+").replace("_", "/")
    if media_type.startswith("image/"):
        return Image(url=f"data:{media_type};base64,{data}")
    if media_type.startswith("audio/"):
        kind = media_type[6:].partition(";")[0].lower()
        return Audio(data=data, format={"l16": "pcm16", "mpeg": "mp3"}.get(kind, kind))
    return Opaque(dialect=DIALECT, value=dict(part))


def _read_notes(candidate: Mapping[str, Any], choice: _Choice, events: list[Event]) -> None:
    """Tell of citations once each: Google repeats them as the stream goes on."""
    found: list[dict[str, Any]] = [
        {name: candidate[name]} for name in _NOTES if candidate.get(name)
    ]
    if isinstance(citations := candidate.get("citationMetadata"), dict):
        sources = citations.get("citationSources") or citations.get("citations")
        found += [{"citationSource": source} for source in objects_in(sources)]
    for note in found:
        if note not in choice.notes:
            choice.notes.append(note)
            events.append(Annotated(note, choice=choice.number))
    if isinstance(result := candidate.get("logprobsResult"), dict) and (
        tokens := _logprobs_of(result)
    ):
        events.append(TokenLogprobs(tokens, choice=choice.number))


def _logprobs_of(result: Mapping[str, Any]) -> tuple[dict[str, Any], ...]:
    chosen, others = result.get("chosenCandidates"), result.get("topCandidates")
    if not isinstance(chosen, list):
        return ()
    rows = others if isinstance(others, list) else []
    tokens: list[dict[str, Any]] = []
    for place, token in enumerate(chosen):
        row = rows[place] if place < len(rows) else None
        ranked = objects_in(object_in(row).get("candidates"))
        # A probability of one, whose logarithm is zero, is left out of Google's JSON.
        top = [
            ranked_token(other.get("token"), other.get("logProbability", 0.0)) for other in ranked
        ]
        if isinstance(token, dict):
            tokens.append(
                token_logprob(token.get("token"), token.get("logProbability", 0.0), top=top)
            )
    return tuple(tokens)


def _finish_of(choice: _Choice) -> FinishReason:
    reason = _FINISHES.get(choice.finish or "")
    if reason is None:
        reason = "stop" if choice.said else "error"
    return "tool_calls" if reason == "stop" and choice.slots else reason


def _usage_of(counts: dict[str, Any]) -> Usage:
    thoughts = count_in(counts.get("thoughtsTokenCount"))
    return Usage(
        input=count_in(counts.get("promptTokenCount")),
        output=count_in(counts.get("candidatesTokenCount")) + thoughts,
        reasoning=thoughts,
        cache_read=count_in(counts.get("cachedContentTokenCount")),
        raw=counts,
    )


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
