"""What a failed call says in Anthropic's words."""

from collections.abc import Mapping

from tapster.core.errors import Reason, SourceError
from tapster.dialects.errors import read_error_body
from tapster.dialects.json_values import object_in, read_json, text_in

# https://docs.claude.com/en/api/errors; `invalid_request_error` says too little to decide by.
_TYPES = {
    "authentication_error": Reason.AUTH,
    "billing_error": Reason.BILLING,
    "permission_error": Reason.PERMISSION,
    "not_found_error": Reason.NOT_FOUND,
    "request_too_large": Reason.TOO_LARGE,
    "rate_limit_error": Reason.RATE_LIMIT,
    "api_error": Reason.UPSTREAM,
    "timeout_error": Reason.TIMEOUT,
    "overloaded_error": Reason.OVERLOADED,
}


def read_failure(status: int, headers: Mapping[str, str], body: bytes) -> SourceError:
    """Return what an error answer says. Never raises."""
    error = read_error_body(status, headers, body)
    kind, code = _own_words(body)
    if kind is not None:
        error.type = kind
        error.reason = _TYPES.get(kind, error.reason)
    if code is not None:
        error.code = code
    return error


def _own_words(body: bytes) -> tuple[str | None, str | None]:
    """Return `error.type` and `error.details.error_code`, where they are told."""
    error = object_in(object_in(read_json(body)).get("error"))
    return text_in(error.get("type")), text_in(object_in(error.get("details")).get("error_code"))
