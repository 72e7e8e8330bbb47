"""The generateContent format as a dialect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tapster.core.errors import SourceError
from tapster.core.events import Event
from tapster.core.links import Frame
from tapster.core.models import ModelPage
from tapster.core.requests import ChatRequest
from tapster.dialects.dialect import Decoder, Encoded
from tapster.dialects.google_errors import read_google_error
from tapster.dialects.google_families import family_of
from tapster.dialects.google_generate.configuration import encode_configuration
from tapster.dialects.google_generate.contents import encode_contents
from tapster.dialects.google_generate.reply import Reply
from tapster.dialects.google_models import read_google_models
from tapster.dialects.notices import Notices

_TAKES = frozenset(
    {
        "temperature",
        "top_p",
        "top_k",
        "frequency_penalty",
        "presence_penalty",
        "max_tokens",
        "stop",
        "seed",
        "n",
        "logprobs",
        "top_logprobs",
        "reasoning_effort",
        "reasoning_tokens",
        "show_reasoning",
    }
)
_METHODS = frozenset({"generateContent"})


@dataclass(frozen=True)
class GoogleGenerate:
    """Google generateContent.

    - `roles_required`: every content names its role, the system instruction too (Vertex AI).
    - `safety`: pairs of (category, threshold) sent unless the request brings its own
      `safetySettings`.
    """

    roles_required: bool = False
    safety: tuple[tuple[str, str], ...] = ()

    @property
    def takes(self) -> frozenset[str]:
        """Names of the response settings the format has a field for."""
        return _TAKES

    def encode(self, request: ChatRequest) -> Encoded:
        """Return `request` in this format."""
        family = family_of(request.model)
        notices = Notices("Google's API")
        notices.omit_settings(request.settings, _TAKES)
        contents = encode_contents(
            request.messages, notices, signed_calls=family.signs, results_hold_media=family.signs
        )
        body: dict[str, Any] = {"contents": contents.turns}
        if contents.system:
            body["systemInstruction"] = {"parts": contents.system}
            if self.roles_required:
                body["systemInstruction"]["role"] = "user"
        if self.safety:
            body["safetySettings"] = [
                {"category": category, "threshold": threshold}
                for category, threshold in self.safety
            ]
        body |= encode_configuration(request, notices)
        return Encoded(
            path=_path_of(request.model, stream=request.stream),
            body=body,
            notices=notices.told(),
        )

    def decoder(self, request: ChatRequest) -> Decoder:
        """Return a fresh decoder for the streamed reply to `request`."""
        return _StreamDecoder(request)

    def decode_reply(self, body: bytes, request: ChatRequest) -> list[Event]:
        """Return the events of a whole reply; an error inside a 200 is a last `Failed`."""
        reply = Reply(request)
        events = reply.read(body)
        return events if reply.broken else [*events, *reply.end()]

    def read_error(self, status: int, headers: Mapping[str, str], body: bytes) -> SourceError:
        """Return what an error answer says. Never raises, whatever the body is."""
        return read_google_error(status, headers, body)

    def decode_models(self, body: bytes) -> ModelPage:
        """Return the models a list answer names; raise `SourceError` if it is no such list."""
        return read_google_models(body, methods=_METHODS)


class _StreamDecoder:
    """Reads a streamed reply: every frame is a piece of the same shape as a whole one."""

    def __init__(self, request: ChatRequest) -> None:
        self._reply = Reply(request)

    def feed(self, frames: Sequence[Frame]) -> list[Event]:
        events: list[Event] = []
        for frame in frames:
            if self._reply.broken:
                break
            # Google sends no [DONE]; proxies in front of it do.
            if frame.data != b"[DONE]":
                events += self._reply.read(frame.data)
        return events

    def close(self) -> list[Event]:
        return [] if self._reply.broken else self._reply.end()


def _path_of(model: str, *, stream: bool) -> str:
    """Return the path below the version. The model's id is quoted: it may come from anyone."""
    collection, slash, name = model.removeprefix("publishers/google/").partition("/")
    if not slash or collection not in {"models", "tunedModels"}:
        collection, name = "models", model
    method = "streamGenerateContent?alt=sse" if stream else "generateContent"
    return f"/{collection}/{quote(name, safe='@')}:{method}"
