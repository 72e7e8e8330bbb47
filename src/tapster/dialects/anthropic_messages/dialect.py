"""The Anthropic Messages format as a dialect."""

from collections.abc import Mapping
from dataclasses import dataclass

from tapster.core.errors import SourceError
from tapster.core.events import Event
from tapster.core.models import ModelPage
from tapster.core.requests import ChatRequest
from tapster.dialects.anthropic_messages.failures import read_failure
from tapster.dialects.anthropic_messages.models import decode_models
from tapster.dialects.anthropic_messages.reply import MessageDecoder, decode_message
from tapster.dialects.anthropic_messages.request import TAKES, encode_body
from tapster.dialects.dialect import Encoded


@dataclass(frozen=True)
class AnthropicMessages:
    """Anthropic Messages and those who speak it too.

    - `version`: the `anthropic-version` header. The oldest is the kindest: later ones refuse
      samplers even to models that take them.
    - `in_body_version`: hosts that name the model in the address want `anthropic_version` in
      the body instead, and no model (Vertex AI).
    - `default_max_tokens`: the format demands a length; this is sent where none was chosen.
    """

    path: str = "/messages"
    version: str = "2023-06-01"
    in_body_version: str | None = None
    default_max_tokens: int = 8192
    takes: frozenset[str] = TAKES
    speaks_ours: bool = False

    def encode(self, request: ChatRequest) -> Encoded:
        """Return `request` in this format."""
        body, notices = encode_body(
            request, takes=self.takes, default_max_tokens=self.default_max_tokens
        )
        if self.in_body_version is None:
            return Encoded(
                path=self.path,
                body=body,
                headers={"anthropic-version": self.version},
                notices=notices,
            )
        del body["model"]
        body["anthropic_version"] = self.in_body_version
        return Encoded(path=self.path, body=body, notices=notices)

    def decoder(self, request: ChatRequest) -> MessageDecoder:
        """Return a fresh decoder for the streamed reply to `request`."""
        del request
        return MessageDecoder()

    def decode_reply(self, body: bytes, request: ChatRequest) -> list[Event]:
        """Return the events of a whole reply; an error inside a 200 is a last `Failed`."""
        del request
        return decode_message(body)

    def read_error(self, status: int, headers: Mapping[str, str], body: bytes) -> SourceError:
        """Return what an error answer says. Never raises, whatever the body is."""
        return read_failure(status, headers, body)

    def decode_models(self, body: bytes) -> ModelPage:
        """Return the models a list answer names; raise `SourceError` if it is no such list."""
        return decode_models(body)
