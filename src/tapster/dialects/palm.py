"""The PaLM API (v1beta2): generateMessage and generateText, as old proxies still speak them.

Google shut its own servers for it in August 2024. Nothing streams: the reply is a document.

https://ai.google.dev/palm_docs
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tapster.core.errors import Reason, SourceError
from tapster.core.events import Annotated, Event, Failed, Finished, Noticed, Started, TextDelta
from tapster.core.links import Frame
from tapster.core.messages import Message, Refusal, Text, ToolResult, joined_text
from tapster.core.models import ModelPage
from tapster.core.requests import ChatRequest
from tapster.dialects.dialect import Decoder, Encoded
from tapster.dialects.google_errors import read_google_error
from tapster.dialects.google_models import read_google_models
from tapster.dialects.json_values import object_in, objects_in, read_json
from tapster.dialects.notices import Notices
from tapster.dialects.openings import first_turn

_CONTINUE = "Continue."
_MESSAGE_FIELDS = {
    "temperature": "temperature",
    "n": "candidateCount",
    "top_p": "topP",
    "top_k": "topK",
}
_TEXT_FIELDS = {**_MESSAGE_FIELDS, "max_tokens": "maxOutputTokens"}
_MESSAGE_TAKES = frozenset(_MESSAGE_FIELDS)
_TEXT_TAKES = frozenset({*_TEXT_FIELDS, "stop"})
_SPEAKERS = {"user": "User", "assistant": "Assistant"}


@dataclass(frozen=True)
class PalmMessage:
    """PaLM's chat: a context, examples, and two authors in turn."""

    @property
    def takes(self) -> frozenset[str]:
        """Names of the response settings the format has a field for."""
        return _MESSAGE_TAKES

    def encode(self, request: ChatRequest) -> Encoded:
        """Return `request` in this format."""
        notices = _notices_of(request, _MESSAGE_TAKES, known={"examples"})
        chat = _chat_of(request, notices)
        prompt: dict[str, Any] = {}
        if chat.context:
            prompt["context"] = chat.context
        if examples := request.extra.get("examples") or chat.examples:
            prompt["examples"] = examples
        prompt["messages"] = [
            {"author": "1" if role == "assistant" else "0", "content": text}
            for role, text in _ending_with_user(chat.turns, notices)
        ]
        body = {"prompt": prompt, **_settings(request, _MESSAGE_FIELDS)}
        path = _path_of(request.model, "generateMessage")
        return Encoded(path=path, body=body, notices=notices.told())

    def decoder(self, request: ChatRequest) -> Decoder:
        """Return a fresh decoder for the streamed reply to `request`."""
        del request
        return _DocumentDecoder("content")

    def decode_reply(self, body: bytes, request: ChatRequest) -> list[Event]:
        """Return the events of a whole reply; an error inside a 200 is a last `Failed`."""
        del request
        return _read_reply(body, "content")

    def read_error(self, status: int, headers: Mapping[str, str], body: bytes) -> SourceError:
        """Return what an error answer says. Never raises, whatever the body is."""
        return read_google_error(status, headers, body)

    def decode_models(self, body: bytes) -> ModelPage:
        """Return the models a list answer names; raise `SourceError` if it is no such list."""
        return read_google_models(body, methods=frozenset({"generateMessage"}))


@dataclass(frozen=True)
class PalmText:
    """PaLM's text completion: the chat is folded into one prompt, as a play is written."""

    @property
    def takes(self) -> frozenset[str]:
        """Names of the response settings the format has a field for."""
        return _TEXT_TAKES

    def encode(self, request: ChatRequest) -> Encoded:
        """Return `request` in this format."""
        known = {"safetySettings", "safety_settings"}
        notices = _notices_of(request, _TEXT_TAKES, known=known)
        chat = _chat_of(request, notices)
        body: dict[str, Any] = {"prompt": {"text": _folded(chat)}}
        body |= _settings(request, _TEXT_FIELDS)
        if request.settings.stop:
            body["stopSequences"] = list(request.settings.stop)
        for name in known & request.extra.keys():
            body["safetySettings"] = request.extra[name]
        path = _path_of(request.model, "generateText")
        return Encoded(path=path, body=body, notices=notices.told())

    def decoder(self, request: ChatRequest) -> Decoder:
        """Return a fresh decoder for the streamed reply to `request`."""
        del request
        return _DocumentDecoder("output")

    def decode_reply(self, body: bytes, request: ChatRequest) -> list[Event]:
        """Return the events of a whole reply; an error inside a 200 is a last `Failed`."""
        del request
        return _read_reply(body, "output")

    def read_error(self, status: int, headers: Mapping[str, str], body: bytes) -> SourceError:
        """Return what an error answer says. Never raises, whatever the body is."""
        return read_google_error(status, headers, body)

    def decode_models(self, body: bytes) -> ModelPage:
        """Return the models a list answer names; raise `SourceError` if it is no such list."""
        return read_google_models(body, methods=frozenset({"generateText"}))


class _Chat:
    """A chat as PaLM knows it. `turns` are (role, words), the two roles in turn."""

    def __init__(self) -> None:
        self.context = ""
        self.examples: list[dict[str, Any]] = []
        self.turns: list[tuple[str, str]] = []


def _chat_of(request: ChatRequest, notices: Notices) -> _Chat:
    chat = _Chat()
    first = first_turn(request.messages)
    for place, message in enumerate(request.messages):
        words = _words_of(message, notices)
        if not words:
            continue
        system = message.role in {"system", "developer"}
        if system and message.name in {"example_user", "example_assistant"}:
            _add_example(chat, words, asked=message.name == "example_user")
        elif place < first:
            chat.context = f"{chat.context}\n\n{words}" if chat.context else words
        else:
            _add_turn(chat, "assistant" if message.role == "assistant" else "user", words)
    if not chat.turns and chat.context:
        # A prompt needs at least one message: what is all there is to say is said by the user.
        chat.turns, chat.context = [("user", chat.context)], ""
    return chat


def _words_of(message: Message, notices: Notices) -> str:
    words: list[str] = []
    for part in message.parts:
        match part:
            case Text(text=text) | Refusal(text=text):
                words.append(text)
            case ToolResult():
                words.append(joined_text(part.parts))
                notices.tell(
                    f"A tool's result was sent as the user's words: {notices.to} has no tools."
                )
            case _:
                notices.omit_part(part)
    return "".join(words)


def _add_example(chat: _Chat, words: str, *, asked: bool) -> None:
    """Take example dialogue in OpenAI's convention: system messages with these two names."""
    if asked or not chat.examples:
        chat.examples.append({"input": {"content": ""}, "output": {"content": ""}})
    chat.examples[-1]["input" if asked else "output"]["content"] = words


def _add_turn(chat: _Chat, role: str, words: str) -> None:
    if chat.turns and chat.turns[-1][0] == role:
        words = f"{chat.turns.pop()[1]}\n\n{words}"
    chat.turns.append((role, words))


def _ending_with_user(
    turns: Sequence[tuple[str, str]], notices: Notices
) -> Sequence[tuple[str, str]]:
    if not turns or turns[-1][0] == "user":
        return turns
    notices.tell(
        f"“{_CONTINUE}” was put after the chat: {notices.to} answers the user's words only."
    )
    return [*turns, ("user", _CONTINUE)]


def _folded(chat: _Chat) -> str:
    """Return the whole chat as one text that the model goes on with."""
    if len(chat.turns) == 1 and not chat.examples and chat.turns[0][0] == "user":
        return "\n\n".join(filter(None, (chat.context, chat.turns[0][1])))
    lines = [chat.context] if chat.context else []
    for example in chat.examples:
        lines.append(f"User: {example['input']['content']}")
        lines.append(f"Assistant: {example['output']['content']}")
    lines += [f"{_SPEAKERS[role]}: {words}" for role, words in chat.turns]
    if not chat.turns or chat.turns[-1][0] == "user":
        lines.append("Assistant:")
    return "\n".join(lines)


def _settings(request: ChatRequest, fields: Mapping[str, str]) -> dict[str, Any]:
    return {
        field: value
        for name, field in fields.items()
        if (value := getattr(request.settings, name)) is not None
    }


def _notices_of(request: ChatRequest, takes: frozenset[str], *, known: set[str]) -> Notices:
    """Return the notices of all but the messages."""
    notices = Notices("the PaLM API")
    notices.omit_settings(request.settings, takes)
    notices.omit_fields(name for name in request.extra if name not in known)
    asked = ("tools", "tool_choice", "response_format")
    notices.omit_fields(name for name in asked if getattr(request, name))
    return notices


def _path_of(model: str, method: str) -> str:
    name = model.removeprefix("models/")
    return f"/models/{quote(name, safe='')}:{method}"


class _DocumentDecoder:
    """Reads a reply that came framed as a stream after all, from a proxy that does so."""

    def __init__(self, field: str) -> None:
        self._field = field
        self._frames: list[bytes] = []

    def feed(self, frames: Sequence[Frame]) -> list[Event]:
        self._frames += [frame.data for frame in frames if frame.data != b"[DONE]"]
        return []

    def close(self) -> list[Event]:
        return _read_reply(b"".join(self._frames), self._field)


def _read_reply(body: bytes, field: str) -> list[Event]:
    """Return the events of a reply. A blocked one is a 200 with `filters` and no candidates."""
    reply = read_json(body)
    if isinstance(reply, list) and len(reply) == 1:
        reply = reply[0]
    if not isinstance(reply, dict) or "error" in reply:
        return [Failed.because(read_google_error(200, {}, body))]
    candidates = objects_in(reply.get("candidates"))
    if not candidates:
        return _blocked(reply)
    events: list[Event] = [Started()]
    for choice, candidate in enumerate(candidates):
        text = candidate.get(field)
        if isinstance(text, str) and text:
            events.append(TextDelta(text, choice=choice))
        sources = object_in(candidate.get("citationMetadata")).get("citationSources")
        events += [Annotated({"citationSource": source}, choice) for source in objects_in(sources)]
        events.append(Finished("stop", choice=choice))
    return events


def _blocked(reply: Mapping[str, Any]) -> list[Event]:
    filters = objects_in(reply.get("filters"))
    if not filters:
        return [Failed(Reason.UPSTREAM, "The provider answered without any words. Try again.")]
    said = [str(item["message"]) for item in filters if item.get("message")]
    raw = str(filters[0].get("reason", "BLOCKED_REASON_UNSPECIFIED"))
    return [Started(), *map(Noticed, said), Finished("content_filter", raw=raw)]
