"""Errors below `/api`, as problem details (RFC 9457)."""

import logging
import math
import re
from http import HTTPStatus
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException
from msgspec import UNSET, Struct, UnsetType

from tapster.core.errors import Busy, Conflict, InvalidInput, NotSignedIn, TapsterError, TooOften
from tapster.core.redaction import redact_shapes
from tapster.core.request_ids import REQUEST_ID
from tapster.server.errors import status_and_code

KIND = "application/problem+json"
_DEFECT = "Tapster itself failed on this request. Its log says why."
_LONGEST = 2000

log = logging.getLogger(__name__)


class Problem(Struct, kw_only=True, omit_defaults=True):
    """What went wrong: `detail` is for the person at the screen, `code` for a program.

    `field` names what was wrong in the request; `newer` is what the thing is by now, where a
    change came too late; `request_id` finds the request in the log.
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    code: str
    field: str | UnsetType = UNSET
    newer: Any | UnsetType = UNSET
    request_id: str | UnsetType = UNSET


def encode_problem(problem: Problem) -> bytes:
    """Return the bytes of `problem`, with the request's id."""
    request_id = REQUEST_ID.get() or UNSET
    return msgspec.json.encode(msgspec.structs.replace(problem, request_id=request_id))


def problem_of(error: TapsterError) -> Problem:
    """Return how `error` is told."""
    status, code = status_and_code(error)
    field = error.field if isinstance(error, InvalidInput) and error.field else UNSET
    newer = error.newer if isinstance(error, Conflict) else None
    return Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=redact_shapes(error.message)[:_LONGEST],
        code=code,
        field=field,
        newer=UNSET if newer is None else newer,
    )


def tell_error(_: Request[Any, Any, Any], error: TapsterError) -> Response[bytes]:
    """Answer with an error of ours."""
    headers = {}
    if isinstance(error, TooOften | Busy):
        headers["retry-after"] = str(math.ceil(error.retry_after))
    if isinstance(error, NotSignedIn):
        headers["www-authenticate"] = "Bearer"
    return _answer(problem_of(error), headers)


def tell_refusal(_: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """Answer with what the framework found wrong with a request."""
    status = error.status_code
    title = HTTPStatus(status).phrase
    if status >= 500:
        return tell_defect(_, error)
    detail, field = _words(error)
    problem = Problem(
        title=title,
        status=status,
        detail=detail,
        code=_CODES.get(status, title.lower().replace(" ", "_")),
        field=field or UNSET,
    )
    return _answer(problem, dict(error.headers or {}))


def tell_defect(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Answer that the fault is ours, and say in the log what it was."""
    log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return _answer(
        Problem(title="Internal Server Error", status=500, detail=_DEFECT, code="defect"), {}
    )


_NAMED = re.compile(r"field `([^`]{1,100})`")
_EXPECTED = re.compile(r"Expected `([^`]+)`, got `([^`]+)`")
_KINDS = {
    "int": "a whole number",
    "float": "a number",
    "str": "a text",
    "bool": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "nothing",
}
_CODES = {
    400: "invalid_input",
    404: "unknown_url",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_encoding",
}


def _words(error: HTTPException) -> tuple[str, str]:
    """Return a sentence, and the field it is about where it is about one."""
    extra = error.extra if isinstance(error.extra, list) else []
    if isinstance(error, ValidationException) and extra and isinstance(extra[0], dict):
        return _words_on(str(extra[0].get("key") or ""), str(extra[0].get("message") or ""))
    if error.status_code == 404:
        return "There is no such address here. GET /api/schema lists those there are.", ""
    if error.status_code == 413:
        return "The body is larger than 12 MB.", ""
    if error.status_code == 405:
        return "This address does not take this method.", ""
    return redact_shapes(error.detail)[:_LONGEST].rstrip(".") + ".", ""


def _words_on(key: str, said: str) -> tuple[str, str]:
    """Return a sentence on what is wrong with the field `key`; `data` is the body as a whole."""
    if said == f"'{key}'":
        said = "is missing" if key != "data" else "The body is missing: send a JSON object"
    said = _EXPECTED.sub(_plainly, said)
    if key == "data":
        named = _NAMED.search(said)
        return redact_shapes(f"{said}.")[:_LONGEST], named[1] if named else ""
    return redact_shapes(f"{key}: {said}.")[:_LONGEST], key


def _plainly(expected: re.Match[str]) -> str:
    """Return in words what kind of value was expected, and which was there."""
    wanted = [_KINDS.get(kind, kind) for kind in expected[1].split(" | ") if kind != "null"]
    return f"{' or '.join(wanted)} is expected, not {_KINDS.get(expected[2], expected[2])}"


def _answer(problem: Problem, headers: dict[str, str]) -> Response[bytes]:
    headers["cache-control"] = "no-store"
    body = encode_problem(problem)
    return Response(body, status_code=problem.status, media_type=KIND, headers=headers)
