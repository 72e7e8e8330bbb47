"""Google's error answers: the google.rpc envelope, whose status name may stand for the code."""

from collections.abc import Mapping
from typing import Any

from tapster.core.errors import Reason, SourceError
from tapster.dialects.errors import read_error_body
from tapster.dialects.json_values import object_in, objects_in, read_json

_BAD_KEY = "API_KEY_INVALID"
_STATUSES = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "OUT_OF_RANGE": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "ABORTED": 409,
    "RESOURCE_EXHAUSTED": 429,
    "CANCELLED": 499,
    "UNKNOWN": 500,
    "INTERNAL": 500,
    "DATA_LOSS": 500,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}


def read_google_error(status: int, headers: Mapping[str, str], body: bytes) -> SourceError:
    """Return what an error answer says, or an error that came inside a 200. Never raises.

    A wrong key is a 400 at Google; it is told by its `API_KEY_INVALID`.
    """
    envelope = _envelope_of(body)
    if status < 300:
        status = _status_of(envelope)
    error = read_error_body(status, headers, body)
    if any(item.get("reason") == _BAD_KEY for item in objects_in(envelope.get("details"))):
        error.reason = Reason.AUTH
    return error


def _envelope_of(body: bytes) -> dict[str, Any]:
    answer = read_json(body)
    if isinstance(answer, list) and answer:
        answer = answer[0]
    return object_in(object_in(answer).get("error"))


def _status_of(envelope: Mapping[str, Any]) -> int:
    code = envelope.get("code")
    if isinstance(code, int) and 400 <= code < 600:
        return code
    return _STATUSES.get(str(envelope.get("status", "")), 500 if envelope else 200)
