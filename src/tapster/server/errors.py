"""What each family of errors is over HTTP; the only place that knows."""

from typing import NamedTuple

from tapster.core.errors import (
    AddressRefused,
    Busy,
    Conflict,
    EngineError,
    InvalidInput,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Reason,
    SourceError,
    StoreError,
    TapsterError,
    TooOften,
    VaultError,
)
from tapster.dialects.openai_chat.serve import encode_error, encode_source_error


class Told(NamedTuple):
    """An error as an OpenAI client expects it: HTTP status, and the envelope's bytes."""

    status: int
    body: bytes


class _Family(NamedTuple):
    status: int
    type: str
    code: str | None


_FAMILIES: tuple[tuple[type[TapsterError], _Family], ...] = (
    (AddressRefused, _Family(400, "invalid_request_error", "address_refused")),
    (InvalidInput, _Family(400, "invalid_request_error", None)),
    (NotFound, _Family(404, "invalid_request_error", "model_not_found")),
    (NotSignedIn, _Family(401, "authentication_error", "not_signed_in")),
    (NotAllowed, _Family(403, "permission_error", "not_allowed")),
    (TooOften, _Family(429, "rate_limit_error", "too_often")),
    (Conflict, _Family(409, "invalid_request_error", "conflict")),
    (VaultError, _Family(409, "vault_error", "key_unavailable")),
    (EngineError, _Family(503, "engine_error", "engine_unavailable")),
    (StoreError, _Family(503, "store_error", "store_unavailable")),
    (Busy, _Family(503, "server_error", "server_busy")),
)

_BUSY = _Family(429, "rate_limit_error", "too_many_runs")

_OTHER = _Family(500, "server_error", None)

_REASONS: dict[Reason, int] = {
    Reason.AUTH: 401,
    Reason.PERMISSION: 403,
    Reason.BILLING: 402,
    Reason.NOT_FOUND: 404,
    Reason.TOO_LARGE: 413,
    Reason.RATE_LIMIT: 429,
    Reason.OVERLOADED: 503,
    Reason.INVALID: 400,
    Reason.FILTERED: 400,
    Reason.UPSTREAM: 502,
    Reason.UNREACHABLE: 502,
    Reason.TLS: 502,
    Reason.TIMEOUT: 504,
    Reason.NOT_AN_API: 502,
    Reason.INTERRUPTED: 502,
}


def told(error: TapsterError) -> Told:
    """Return how `error` is told. A provider's own status, words, type and code are kept."""
    if isinstance(error, SourceError):
        return Told(_status_of(error), encode_source_error(error))
    family = _family_of(error)
    param = error.field if isinstance(error, InvalidInput) else None
    body = encode_error(error.message, type=family.type, param=param, code=family.code)
    return Told(family.status, body)


def status_and_code(error: TapsterError) -> tuple[int, str]:
    """Return the HTTP status of `error`, and the word programs below `/api` know it by.

    A provider's status is its own: ours is 502, so that its 401 is not taken for one of ours.
    """
    if isinstance(error, SourceError):
        return 502, f"source_{error.reason.value}"
    family = _family_of(error)
    if isinstance(error, NotFound):
        return family.status, "not_found"
    return family.status, family.code or ("invalid_input" if family.status == 400 else family.type)


def _family_of(error: TapsterError) -> _Family:
    if isinstance(error, Busy) and error.person:
        return _BUSY
    return next((told_as for kind, told_as in _FAMILIES if isinstance(error, kind)), _OTHER)


def _status_of(error: SourceError) -> int:
    if error.status and 400 <= error.status <= 599:
        return error.status
    return _REASONS[error.reason]
