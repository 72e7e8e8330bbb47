"""OpenAI's oldest format, which most servers of open models still speak beside the chat format.

https://platform.openai.com/docs/api-reference/completions
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tapster.core.errors import Reason, SourceError
from tapster.core.events import Event
from tapster.core.models import ModelPage
from tapster.core.requests import ChatRequest
from tapster.dialects.dialect import Decoder, Encoded
from tapster.dialects.errors import read_error_body
from tapster.dialects.model_lists import read_models
from tapster.dialects.openai_chat.reply import ReplyDecoder

_NO_SUCH_CALL = frozenset({404, 405, 501})


@dataclass(frozen=True, kw_only=True)
class OpenAIText:
    """Text completions as an endpoint speaks them.

    Whatever a program sets travels in `extra`, untouched: each server has samplers, grammars and
    limits of its own here, and says itself what it refuses.
    """

    path: str = "/completions"
    stream_usage: bool = True

    @property
    def takes(self) -> frozenset[str]:
        """Nothing: no response setting is written by us."""
        return frozenset()

    def encode(self, request: ChatRequest) -> Encoded:
        """Return `request` in this format."""
        body: dict[str, Any] = {
            **request.extra,
            "model": request.model,
            "prompt": request.prompt,
            "stream": request.stream,
        }
        if not request.stream:
            body.pop("stream_options", None)
        elif self.stream_usage:
            body["stream_options"] = {**body.get("stream_options", {}), "include_usage": True}
        return Encoded(path=self.path, body=body)

    def decoder(self, request: ChatRequest) -> Decoder:  # noqa: ARG002  # every reply reads alike
        """Return a fresh decoder for the streamed reply to `request`."""
        return ReplyDecoder()

    def decode_reply(self, body: bytes, request: ChatRequest) -> list[Event]:  # noqa: ARG002  # as above
        """Return the events of a whole reply; an error inside a 200 is a last `Failed`."""
        return ReplyDecoder(whole=True).read_whole(body)

    def read_error(self, status: int, headers: Mapping[str, str], body: bytes) -> SourceError:
        """Return what an error answer says. Never raises, whatever the body is."""
        error = read_error_body(status, headers, body)
        if status not in _NO_SUCH_CALL or "model" in error.message.casefold():
            return error
        return SourceError(
            Reason.NOT_FOUND,
            f"{error.message.rstrip('.')}. The endpoint seems to have no text completions: use "
            "POST /v1/chat/completions instead.",
            status=status,
            code=error.code,
            type=error.type,
            param=error.param,
            detail=error.detail,
            body=body,
        )

    def decode_models(self, body: bytes) -> ModelPage:
        """Return the models a list answer names; raise `SourceError` if it is no such list."""
        return read_models(body)
