"""Why an answer ended, in the words of OpenAI and of those who imitate it."""

from tapster.core.events import Finished, FinishReason

_REASONS: dict[str, FinishReason] = {
    "stop": "stop",
    "eos": "stop",
    "end_turn": "stop",
    "stop_sequence": "stop",
    "complete": "stop",
    "completed": "stop",
    "length": "length",
    "max_tokens": "length",
    "model_length": "length",
    "model_context_window_exceeded": "length",
    "tool_calls": "tool_calls",
    "tool_call": "tool_calls",
    "tool_use": "tool_calls",
    "function_call": "tool_calls",
    "content_filter": "content_filter",
    "sensitive": "content_filter",
    "safety": "content_filter",
    "refusal": "content_filter",
    "error": "error",
    "insufficient_system_resource": "error",
    "network_error": "error",
    "abort": "error",
}


def finished(raw: str, *, said_anything: bool, called_tools: bool, choice: int) -> Finished:
    """Return the end of `choice`.

    No word, or one nobody knows, means that tools are wanted if any were called, else stop if
    anything was said.
    """
    reason = _REASONS.get(raw) or _REASONS.get(raw.lower())
    if reason is None:
        reason = "tool_calls" if called_tools else "stop" if said_anything else "error"
    return Finished(reason, raw=raw, choice=choice)
