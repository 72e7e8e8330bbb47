"""Cohere Chat v2 as a dialect; it also reads the replies of v1."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

import msgspec

from tapster.core.errors import Reason, SourceError
from tapster.core.events import Event
from tapster.core.models import Model, ModelPage
from tapster.core.requests import ChatRequest
from tapster.core.unreadable import UNREADABLE
from tapster.dialects.cohere_chat.reply import StreamDecoder, read_reply
from tapster.dialects.cohere_chat.request import TAKES, encode_body
from tapster.dialects.dialect import Decoder, Encoded
from tapster.dialects.errors import read_error_body
from tapster.dialects.json_values import count_in


@dataclass(frozen=True)
class CohereChat:
    """Cohere Chat v2. The endpoint is the base without a version."""

    path: str = "/v2/chat"

    @property
    def takes(self) -> frozenset[str]:
        """Names of the response settings the format has a field for."""
        return TAKES

    def encode(self, request: ChatRequest) -> Encoded:
        """Return `request` in this format."""
        body, notices = encode_body(request)
        return Encoded(path=self.path, body=body, notices=notices)

    def decoder(self, request: ChatRequest) -> Decoder:
        """Return a fresh decoder for the streamed reply to `request`."""
        return StreamDecoder(request)

    def decode_reply(self, body: bytes, request: ChatRequest) -> list[Event]:
        """Return the events of a whole reply; an error inside a 200 is a last `Failed`."""
        return read_reply(body, request)

    def read_error(self, status: int, headers: Mapping[str, str], body: bytes) -> SourceError:
        """Return what an error answer says. Never raises, whatever the body is."""
        error = read_error_body(status, headers, body)
        if status == 498:
            # Elsewhere 498 means missing capacity; here it is an invalid token.
            error.reason = Reason.AUTH
        return error

    def decode_models(self, body: bytes) -> ModelPage:
        """Return the models a list answer names; raise `SourceError` if it is no such list."""
        return _read_models(body)


class _Row(msgspec.Struct):
    name: str
    endpoints: list[str] | None = None
    context_length: float | None = None
    features: list[str] | None = None
    is_deprecated: bool | None = None


class _Rows(msgspec.Struct):
    models: list[_Row]
    next_page_token: str | None = None


def _read_models(body: bytes) -> ModelPage:
    """Return the chat models of one page; the next is asked for with `page_token=…`."""
    try:
        rows = msgspec.json.decode(body, type=_Rows)
    except UNREADABLE as error:
        raise SourceError(
            Reason.NOT_AN_API,
            "The address answered, but not with a list of Cohere models. Check the endpoint: it "
            "is the base without a version, such as https://api.cohere.com.",
        ) from error
    token = rows.next_page_token
    return ModelPage(
        models=tuple(
            _model_of(row)
            for row in rows.models
            if row.endpoints is None or "chat" in row.endpoints
        ),
        next=f"page_token={quote(token, safe='')}" if token else None,
    )


def _model_of(row: _Row) -> Model:
    features = row.features
    return Model(
        id=row.name,
        vendor="cohere",
        context=count_in(row.context_length) or None,
        inputs=("text", "image") if features and "vision" in features else ("text",),
        tools="tools" in features if features is not None else None,
        reasoning="reasoning" in features if features is not None else None,
        extra={"is_deprecated": True} if row.is_deprecated else {},
    )
