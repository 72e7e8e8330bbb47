"""Messages as Google's contents: turns of parts, each part exactly one thing.

A thought signature goes back on the very part it came with; parts are never joined, so that
a signed one stays what was signed.

https://ai.google.dev/gemini-api/docs/thought-signatures
"""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from tapster.core.messages import (
    Audio,
    File,
    Image,
    Message,
    Opaque,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
    Video,
    joined_text,
)
from tapster.dialects.call_arguments import arguments_of
from tapster.dialects.data_urls import media_type_of, read_data_url
from tapster.dialects.json_values import read_json
from tapster.dialects.notices import Notices
from tapster.dialects.openings import first_turn

DIALECT = "google-generate"
SEAL = "google-gemini-v1"
# What Google's documentation offers for calls another model made: no signature can exist.
_UNSIGNED = "skip_thought_signature_validator"
OPENING = "[Start a new chat]"

_AUDIO_TYPES = {"mp3": "audio/mpeg", "pcm16": "audio/l16", "m4a": "audio/mp4"}


class Contents(Struct, frozen=True):
    """`system` are the parts of the system instruction, `turns` the contents."""

    system: list[dict[str, Any]]
    turns: list[dict[str, Any]]


def encode_contents(
    messages: Sequence[Message],
    notices: Notices,
    *,
    signed_calls: bool,
    results_hold_media: bool,
) -> Contents:
    """Return `messages` as Google takes them: `user` and `model` in turn, system words apart.

    `signed_calls`: calls without a signature get the sentinel that stands for one.
    `results_hold_media`: pictures a tool returned go inside its functionResponse, else beside.
    """
    writer = _Writer(notices, signed_calls=signed_calls, results_hold_media=results_hold_media)
    first = first_turn(messages)
    for message in messages[:first]:
        writer.instruct(message)
    for message in messages[first:]:
        writer.add(message)
    return writer.done()


class _Writer:
    """Writes the contents of one request."""

    def __init__(self, notices: Notices, *, signed_calls: bool, results_hold_media: bool) -> None:
        self._notices = notices
        self._signed_calls = signed_calls
        self._results_hold_media = results_hold_media
        self._system: list[dict[str, Any]] = []
        self._turns: list[dict[str, Any]] = []
        self._names: dict[str, str] = {}

    def instruct(self, message: Message) -> None:
        """Add a message of the chat's opening to the system instruction, which is text only."""
        self._check(message)
        for part in message.parts:
            if not isinstance(part, Text):
                self._notices.omit_part(part)
            elif part.text:
                self._system.append({"text": part.text})

    def add(self, message: Message) -> None:
        """Add a turn."""
        self._check(message)
        if message.role == "assistant":
            self._extend("model", self._model_parts(message.parts))
        else:
            self._extend("user", self._user_parts(message.parts))

    def done(self) -> Contents:
        """Return what was written, opened as Google wants it."""
        turns, system = self._turns, self._system
        if not turns and system:
            # Contents must not be empty: what is all there is to say is said by the user.
            turns, system = [{"role": "user", "parts": system}], []
        if turns and turns[0]["role"] == "model":
            self._notices.tell(
                f"“{OPENING}” was put before the chat: {self._notices.to} wants the user to speak "
                "first."
            )
            turns = [{"role": "user", "parts": [{"text": OPENING}]}, *turns]
        return Contents(system=system, turns=turns)

    def _check(self, message: Message) -> None:
        self._notices.omit_name(message)
        self._notices.omit_extra(message)

    def _extend(self, role: str, parts: list[dict[str, Any]]) -> None:
        if not parts:
            return
        if not self._turns or self._turns[-1]["role"] != role:
            self._turns.append({"role": role, "parts": parts})
            return
        turn = self._turns[-1]["parts"]
        turn += parts
        # Results must directly follow their calls, whatever was put between the two.
        turn.sort(key=lambda part: "functionResponse" not in part)

    def _user_parts(self, parts: Sequence[Part]) -> list[dict[str, Any]]:
        encoded: list[dict[str, Any]] = []
        beside: list[dict[str, Any]] = []
        for part in parts:
            if isinstance(part, ToolResult):
                response, media = self._result(part)
                encoded.append(response)
                beside += media
            elif made := self._plain(part):
                encoded.append(made)
        return encoded + beside

    def _model_parts(self, parts: Sequence[Part]) -> list[dict[str, Any]]:
        encoded: list[dict[str, Any]] = []
        loose: list[str] = []
        calls = {part.id for part in parts if isinstance(part, ToolCall)}
        # Routers name the call a signature belongs to instead of signing the call itself.
        seals = {
            part.id: _seal_of(part)
            for part in parts
            if isinstance(part, Reasoning) and part.format == SEAL and part.id in calls
        }
        for part in parts:
            if isinstance(part, ToolCall):
                encoded.append(self._call(part, seals.get(part.id)))
            elif not isinstance(part, Reasoning):
                if made := self._plain(part):
                    encoded.append(made)
            elif part.format == SEAL and (seal := _seal_of(part)) and part.id not in seals:
                if part.text:
                    encoded.append({"text": part.text, "thought": True, "thoughtSignature": seal})
                elif encoded and _may_be_signed(encoded[-1]):
                    encoded[-1]["thoughtSignature"] = seal
                else:
                    loose.append(seal)
        _attach(loose, encoded)
        if self._signed_calls:
            _mark_unsigned(encoded)
        return encoded

    def _call(self, call: ToolCall, seal: str | None) -> dict[str, Any]:
        self._names[call.id] = call.name
        made: dict[str, Any] = {
            "functionCall": {
                "id": call.id,
                "name": call.name,
                "args": arguments_of(call, self._notices),
            }
        }
        if signature := call.signature or seal:
            made["thoughtSignature"] = signature
        return made

    def _result(self, result: ToolResult) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        text = joined_text(result.parts)
        media = [
            made
            for part in result.parts
            if not isinstance(part, Text) and (made := self._plain(part))
        ]
        response: dict[str, Any] = {
            "id": result.call_id,
            "name": result.name or self._names.get(result.call_id) or result.call_id,
            "response": _response_of(text, is_error=result.is_error),
        }
        if media and self._results_hold_media:
            response["parts"] = media
            media = []
        return {"functionResponse": response}, media

    def _plain(self, part: Part) -> dict[str, Any] | None:
        """Return what is no tool call, result or thought as a part; `None` if it has no form."""
        match part:
            case Text() | Refusal():
                signed = part.signature if isinstance(part, Text) else None
                if not part.text:
                    return None
                return {"text": part.text} | ({"thoughtSignature": signed} if signed else {})
            case Image():
                return self._pointed_at(part.url, fallback="image/jpeg")
            case Video():
                return self._pointed_at(part.url, fallback="video/mp4")
            case Audio():
                media_type = _AUDIO_TYPES.get(part.format, f"audio/{part.format}")
                return {"inlineData": {"mimeType": media_type, "data": part.data}}
            case File():
                address = part.url or part.file_id
                known = media_type_of(part.name) if part.name else None
                return self._pointed_at(address, fallback=known) if address else None
            case Opaque() if part.dialect == DIALECT:
                return dict(part.value)
            case _:
                self._notices.omit_part(part)
                return None

    def _pointed_at(self, url: str, *, fallback: str | None) -> dict[str, Any]:
        if inline := read_data_url(url):
            return {"inlineData": {"mimeType": inline.media_type, "data": inline.data}}
        pointer = {"fileUri": url}
        if media_type := media_type_of(url) or fallback:
            pointer["mimeType"] = media_type
        return {"fileData": pointer}


def _seal_of(part: Reasoning) -> str:
    return part.signature or part.encrypted or ""


def _may_be_signed(part: dict[str, Any]) -> bool:
    return "thoughtSignature" not in part and ("text" in part or "inlineData" in part)


def _attach(seals: list[str], encoded: list[dict[str, Any]]) -> None:
    """Put signatures whose part is no longer known where Google puts them: at the end."""
    for seal in seals:
        last = next((part for part in reversed(encoded) if _may_be_signed(part)), None)
        if last is None:
            encoded.append({"text": "", "thoughtSignature": seal})
        else:
            last["thoughtSignature"] = seal


def _mark_unsigned(encoded: list[dict[str, Any]]) -> None:
    """Mark a step whose calls nobody signed. Of parallel calls only the first is ever signed."""
    calls = [part for part in encoded if "functionCall" in part]
    if calls and not any("thoughtSignature" in part for part in calls):
        calls[0]["thoughtSignature"] = _UNSIGNED


def _response_of(text: str, *, is_error: bool) -> dict[str, Any]:
    """Return a tool's words as the object Google wants: its own if it is one, else `output`."""
    if is_error:
        return {"error": text}
    if text.lstrip()[:1] in {"{", "["}:
        value = read_json(text)
        return value if isinstance(value, dict) else {"output": value or text}
    return {"output": text}
