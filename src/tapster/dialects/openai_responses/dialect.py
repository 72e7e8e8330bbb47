"""The OpenAI Responses format as a dialect."""

from collections.abc import Mapping
from dataclasses import dataclass

from tapster.core.errors import SourceError
from tapster.core.events import Event
from tapster.core.models import ModelPage
from tapster.core.requests import ChatRequest
from tapster.dialects.dialect import Encoded
from tapster.dialects.errors import read_error_body
from tapster.dialects.model_lists import read_models
from tapster.dialects.openai_responses.reply import ResponseDecoder, decode_response
from tapster.dialects.openai_responses.request import TAKES, encode_body


@dataclass(frozen=True)
class OpenAIResponses:
    """OpenAI Responses and those who speak it too (Azure, xAI, DeepSeek, gateways).

    - `reasoning_format`: who seals the thinking that comes back; only thinking under the same
      seal is sent again.
    - `takes`: the response settings the format has a field for.
    """

    path: str = "/responses"
    reasoning_format: str = "openai-responses-v1"
    takes: frozenset[str] = TAKES
    speaks_ours: bool = True

    def encode(self, request: ChatRequest) -> Encoded:
        """Return `request` in this format; nothing is stored unless `extra` asks for it."""
        body, notices = encode_body(
            request, takes=self.takes, reasoning_format=self.reasoning_format
        )
        return Encoded(path=self.path, body=body, notices=notices)

    def decoder(self, request: ChatRequest) -> ResponseDecoder:
        """Return a fresh decoder for the streamed reply to `request`."""
        del request
        return ResponseDecoder(self.reasoning_format)

    def decode_reply(self, body: bytes, request: ChatRequest) -> list[Event]:
        """Return the events of a whole reply; an error inside a 200 is a last `Failed`."""
        del request
        return decode_response(body, self.reasoning_format)

    def read_error(self, status: int, headers: Mapping[str, str], body: bytes) -> SourceError:
        """Return what an error answer says. Never raises, whatever the body is."""
        return read_error_body(status, headers, body)

    def decode_models(self, body: bytes) -> ModelPage:
        """Return the models a list answer names; raise `SourceError` if it is no such list."""
        return read_models(body)
