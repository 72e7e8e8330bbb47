"""How a response ended, and what it cost."""

from typing import Any

from tapster.core.errors import Reason
from tapster.core.events import Event, Failed, Finished, FinishReason, Noticed
from tapster.core.usage import Usage
from tapster.dialects.broken_replies import failure_in
from tapster.dialects.error_reasons import reason_for
from tapster.dialects.json_values import count_in, number_in, object_in, read_json, text_in

_INCOMPLETE: dict[str, FinishReason] = {
    "max_output_tokens": "length",
    "max_tokens": "length",
    "content_filter": "content_filter",
    "max_messages": "stop",
    "steered": "stop",
}

# The codes of a failed response that comes without an HTTP status.
_CODES = {
    "server_error": Reason.UPSTREAM,
    "rate_limit_exceeded": Reason.RATE_LIMIT,
    "insufficient_quota": Reason.BILLING,
    "invalid_prompt": Reason.INVALID,
    "bio_policy": Reason.FILTERED,
    "misalignment_policy_violation": Reason.FILTERED,
    "image_content_policy_violation": Reason.FILTERED,
    "data_residency_mismatch": Reason.PERMISSION,
    "vector_store_timeout": Reason.TIMEOUT,
}

# xAI counts money in ticks, ten thousand million of them to the dollar.
_TICKS = 1e10


def ending_of(response: dict[str, Any], *, has_calls: bool, spoke: bool) -> list[Event]:
    """Return the last events of a response, by its status."""
    status = response.get("status")
    match status:
        case "completed" | None:
            return [Finished("tool_calls" if has_calls else "stop", raw="completed")]
        case "incomplete":
            why = object_in(response.get("incomplete_details")).get("reason")
            reason = _INCOMPLETE.get(str(why), "stop" if spoke else "error")
            return [Finished(reason, raw=f"incomplete:{why}" if why else "incomplete")]
        case "failed":
            return [_failed(response.get("error"))]
        case "queued" | "in_progress":
            return [
                Noticed(
                    "The provider only queued this answer, because it was asked to work in the "
                    f"background; fetch it later under its id {response.get('id')}.",
                    field="background",
                ),
                Finished("error", raw=status),
            ]
        case _:
            return [Finished("stop" if spoke and status != "cancelled" else "error", raw=status)]


def failure_of(data: bytes) -> Failed:
    """Return what an `error` event says; its fields stand in it, or in an `error` within."""
    event = object_in(read_json(data))
    error = event.get("error")
    return _failed(error if isinstance(error, dict) else event, data)


def usage_of(raw: Any) -> Usage | None:
    """Return the token count `raw` tells, or nothing if it is none."""
    if not isinstance(raw, dict):
        return None
    read = object_in(raw.get("input_tokens_details"))
    wrote = object_in(raw.get("output_tokens_details"))
    ticks = number_in(raw.get("cost_in_usd_ticks"))
    return Usage(
        input=count_in(raw.get("input_tokens")),
        output=count_in(raw.get("output_tokens")),
        reasoning=count_in(wrote.get("reasoning_tokens")),
        cache_read=count_in(read.get("cached_tokens")),
        cache_write=count_in(read.get("cache_write_tokens")),
        cost=ticks / _TICKS if ticks is not None else number_in(raw.get("cost")),
        raw=raw,
    )


def _failed(error: Any, data: bytes = b"") -> Failed:
    if not isinstance(error, dict) or not isinstance(error.get("message"), str):
        if data:
            return failure_in(data)
        return Failed(Reason.UPSTREAM, "The provider gave up on this answer. Try again.")
    code, message, kind = error.get("code"), error["message"], error.get("type")
    kind = kind if isinstance(kind, str) and kind != "error" else None
    code = code if isinstance(code, str | int) else None
    return Failed(
        _CODES.get(str(code)) or reason_for(None, code, kind, message),
        message,
        code=code,
        error_type=kind,
        param=text_in(error.get("param")),
    )
