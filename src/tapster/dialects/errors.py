"""What a provider's error answer says, whatever envelope it came in."""

import json
import math
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from tapster.core.errors import Reason, SourceError
from tapster.dialects.error_reasons import reason_for
from tapster.dialects.json_values import object_in, read_json, text_in
from tapster.dialects.server_words import said_plainly

_DETAIL_LIMIT = 2000
_TEXT_LIMIT = 600
_MESSAGE_NAMES = ("message", "msg", "detail", "error", "error_description", "Message", "title")
_STATUS_NAMES = ("status_code", "raw_status_code", "status")
_TITLE = re.compile(r"<title[^>]*>\s*(.*?)\s*</title>", re.IGNORECASE | re.DOTALL)
_STATUS = re.compile(r"[45][0-9]{2}")
_SECONDS = re.compile(r"^(\d+(?:\.\d+)?)s$")


def read_error_body(status: int, headers: Mapping[str, str], body: bytes) -> SourceError:
    """Return what the error answer says, in the provider's own words. Never raises."""
    document = read_json(body.strip().removeprefix(b"\xef\xbb\xbf"))
    if isinstance(document, list) and document:
        document = document[0]
    if isinstance(document, dict):
        return _from_object(document, status, headers, body)
    if isinstance(document, str) and document.strip():
        return _worded(document.strip(), status, headers, body)
    if document is not None or body.strip() == b"null":
        body = b""
    return _from_text(status, headers, body)


def error_in(document: object) -> SourceError | None:
    """Return the error that stands inside an answer which came with a good status, if any.

    `status` of the error is then the one the body itself names, if it does.
    """
    if isinstance(document, list) and document:
        document = document[0]
    if not isinstance(document, dict) or not _says_error(document):
        return None
    return _from_object(document, None, {}, None)


def retry_after(headers: Mapping[str, str], now: float | None = None) -> float | None:
    """Return how many seconds the provider asks to wait, or `None` where it does not say.

    `now` is in seconds since the epoch and counts only where a date was sent.
    """
    milliseconds = _number(headers.get("retry-after-ms"))
    if milliseconds is not None:
        return max(milliseconds / 1000, 0.0)
    value = headers.get("retry-after")
    seconds = _number(value)
    if seconds is not None:
        return max(seconds, 0.0)
    moment = _date(value) if value else _reset(headers)
    if moment is None:
        return None
    return max(moment - (time.time() if now is None else now), 0.0)


def _says_error(document: dict[str, Any]) -> bool:
    if document.get("error") or document.get("object") == "error":
        return True
    if document.get("type") == "error" or _base_status(document):
        return True
    if document.get("success") is False and document.get("errors"):
        return True
    if any(document.get(name) is not None for name in ("choices", "usage", "output", "data")):
        return False
    return any(_words(document.get(name)) for name in ("detail", "message", "msg"))


def _from_object(
    document: dict[str, Any], status: int | None, headers: Mapping[str, str], body: bytes | None
) -> SourceError:
    inner = _inner(document)
    message = _message(inner) or _message(document)
    code = _code(inner, document)
    kind = text_in(inner.get("type")) or text_in(inner.get("status")) or _outer_type(document)
    metadata = object_in(inner.get("metadata"))
    meant = status if status and status >= 400 else _status_of(inner, document, code)
    reason = reason_for(meant, code, kind or text_in(metadata.get("error_type")), message)
    if metadata.get("reasons") and meant in {None, 403}:
        reason = Reason.FILTERED
    return SourceError(
        reason,
        said_plainly(message) if message else _nothing_said(meant),
        status=status if meant is None else meant,
        code=code,
        type=kind,
        param=text_in(inner.get("param")) or text_in(document.get("param")),
        detail=_detail(inner, metadata) or _own_words(message),
        retry_after=_wait(headers, inner, metadata),
        body=body,
    )


def _inner(document: dict[str, Any]) -> dict[str, Any]:
    """Return the object that holds the error's own fields."""
    error = document.get("error")
    if isinstance(error, dict):
        return error
    errors = document.get("errors")
    if not error and isinstance(errors, list) and errors and isinstance(errors[0], dict):
        return errors[0]
    base = document.get("base_resp")
    if _base_status(document) and isinstance(base, dict):
        return {"message": base.get("status_msg"), "code": base.get("status_code")}
    return document


def _base_status(document: dict[str, Any]) -> bool:
    """Whether MiniMax's envelope names a failure inside a 200."""
    base = document.get("base_resp")
    return isinstance(base, dict) and base.get("status_code") not in (None, 0, "0")


def _message(fields: dict[str, Any]) -> str:
    for name in _MESSAGE_NAMES:
        if text := _words(fields.get(name)):
            return text
    return ""


def _words(value: object) -> str:
    """Return the text of a message that may be an object or a list of complaints."""
    if isinstance(value, str):
        return value if value.strip() else ""
    if isinstance(value, dict):
        text = _message(value)
        place = value.get("loc")
        if text and isinstance(place, list):
            return f"{text} ({'.'.join(str(step) for step in place)})"
        return text
    if isinstance(value, list):
        return "; ".join(filter(None, map(_words, value)))
    return ""


def _code(inner: dict[str, Any], document: dict[str, Any]) -> str | int | None:
    for fields in (inner, document):
        code = fields.get("code")
        if isinstance(code, str | int) and not isinstance(code, bool) and code != "":
            return code
    return None


def _outer_type(document: dict[str, Any]) -> str | None:
    kind = text_in(document.get("type"))
    return None if kind == "error" else kind


def _status_of(
    inner: dict[str, Any], document: dict[str, Any], code: str | int | None
) -> int | None:
    """Return the HTTP status the body itself names."""
    named = [fields.get(name) for fields in (inner, document) for name in _STATUS_NAMES]
    for value in (*named, code):
        number = int(value) if isinstance(value, str) and _STATUS.fullmatch(value) else value
        if isinstance(number, int) and not isinstance(number, bool) and 400 <= number <= 599:
            return number
    return None


def _detail(inner: dict[str, Any], metadata: dict[str, Any]) -> str | None:
    for value in (
        metadata.get("raw"),
        inner.get("failed_generation"),
        inner.get("details"),
        inner.get("innererror"),
        metadata,
    ):
        if value:
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            return text[:_DETAIL_LIMIT]
    return None


def _own_words(message: str) -> str | None:
    """Return the server's own words where plainer ones stand for them."""
    return message[:_DETAIL_LIMIT] if message and said_plainly(message) != message else None


def _wait(
    headers: Mapping[str, str], inner: dict[str, Any], metadata: dict[str, Any]
) -> float | None:
    wait = retry_after(headers)
    if wait is not None:
        return wait
    details = inner.get("details")
    for item in details if isinstance(details, list) else ():
        delay = item.get("retryDelay") if isinstance(item, dict) else None
        if isinstance(delay, str) and (match := _SECONDS.match(delay)):
            return _number(match[1])
    inside = metadata.get("headers")
    if isinstance(inside, dict):
        return retry_after({str(name).lower(): str(value) for name, value in inside.items()})
    return None


def _from_text(status: int, headers: Mapping[str, str], body: bytes) -> SourceError:
    text = body.decode("utf-8", "replace").strip()
    html = "html" in headers.get("content-type", "") or text[:1] == "<"
    if 300 <= status < 400:
        return SourceError(
            Reason.NOT_AN_API, _redirected(status, headers), status=status, body=body
        )
    if html and (status >= 500 or status in {413, 429}):
        # It comes from a gateway on the way; the API behind it may well be there.
        words = _too_much(text) if status == 413 else _trouble(status, text)
        return _worded(words, status, headers, body)
    if html:
        return SourceError(Reason.NOT_AN_API, _page(status, text), status=status, body=body)
    if status < 400 or status in {404, 405} or "\0" in text:
        came = f": “{text[:80]}”" if text and text.isprintable() else ""
        return SourceError(
            Reason.NOT_AN_API,
            f"The address answered with status {status} and something that is not JSON{came}. "
            "Check the endpoint: it should be the base URL of the API, often ending in /v1.",
            status=status,
            body=body,
        )
    if not text:
        return _worded(_nothing_said(status), status, headers, body)
    return _worded(text[:_TEXT_LIMIT], status, headers, body)


def _worded(message: str, status: int, headers: Mapping[str, str], body: bytes) -> SourceError:
    return SourceError(
        reason_for(status, None, None, message),
        said_plainly(message),
        status=status,
        retry_after=retry_after(headers),
        body=body,
    )


def _page(status: int, text: str) -> str:
    title = _title(text)
    titled = f", titled “{title}”" if title else ""
    return (
        f"The address answered with status {status} and a web page{titled}, not with an API's "
        "JSON. Check the endpoint: it should be the base URL of the API, often ending in /v1."
    )


def _trouble(status: int, text: str) -> str:
    title = _title(text)
    titled = f" titled “{title}”" if title else ""
    return (
        f"The provider's server has trouble: it answered with status {status} and an error "
        f"page{titled}. Try again in a minute."
    )


def _too_much(text: str) -> str:
    title = _title(text)
    titled = f" titled “{title}”" if title else ""
    return (
        "The provider's server takes no request of this size: it answered with an error "
        f"page{titled}. Send less: fewer or smaller attachments, or a shorter chat."
    )


def _title(text: str) -> str:
    match = _TITLE.search(text[:20_000])
    return match[1][:80] if match else ""


def _redirected(status: int, headers: Mapping[str, str]) -> str:
    place = headers.get("location", "").split("?")[0][:200]
    where = f" to {place}" if place else ""
    return (
        f"The address redirects{where} (status {status}); Tapster does not follow with a key. "
        "If you trust the new address, enter it as the endpoint."
    )


def _nothing_said(status: int | None) -> str:
    if status is None:
        return "The provider reported an error and gave no reason. Try again in a moment."
    return f"The provider answered with status {status} and gave no reason."


def _number(value: str | None) -> float | None:
    try:
        number = float(value) if value else None
    except ValueError:
        return None
    return number if number is not None and math.isfinite(number) else None


def _date(value: str) -> float | None:
    try:
        return parsedate_to_datetime(value).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None


def _reset(headers: Mapping[str, str]) -> float | None:
    """Return the moment of `x-ratelimit-reset` where it is a time in milliseconds."""
    moment = _number(headers.get("x-ratelimit-reset"))
    return moment / 1000 if moment is not None and moment > 1e12 else None
