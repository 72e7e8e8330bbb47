"""Token counts as OpenAI-like endpoints report them."""

from typing import Any

from tapster.core.usage import Usage
from tapster.dialects.json_values import count_in, number_in, object_in


def read_usage(raw: dict[str, Any], *, reasoning_apart: bool = False) -> Usage:
    """Return the count in `raw`, normalised; what is missing or of a wrong type counts as 0.

    `reasoning_apart`: `completion_tokens` leaves thinking out. A total that holds prompt,
    completion and reasoning says the same, for models of that kind behind another endpoint.
    """
    read = _count(raw, "prompt_tokens", "input_tokens")
    written = _count(raw, "completion_tokens", "output_tokens")
    prompt = object_in(raw.get("prompt_tokens_details")) or object_in(
        raw.get("input_tokens_details")
    )
    completion = object_in(raw.get("completion_tokens_details")) or object_in(
        raw.get("output_tokens_details")
    )
    reasoning = _count(completion, "reasoning_tokens") or _count(raw, "reasoning_tokens")
    total = _count(raw, "total_tokens")
    if reasoning and (reasoning_apart or total == read + written + reasoning):
        written += reasoning
    return Usage(
        input=read,
        output=written,
        reasoning=reasoning,
        cache_read=_count(prompt, "cached_tokens")
        or _count(raw, "prompt_cache_hit_tokens", "cache_read_input_tokens", "cached_tokens"),
        cache_write=_count(prompt, "cache_write_tokens", "cache_creation_tokens")
        or _count(raw, "cache_creation_input_tokens"),
        cost=_cost(raw.get("cost")),
        raw=raw,
    )


def write_usage(usage: Usage) -> dict[str, Any]:
    """Return `usage` in OpenAI's shape."""
    written: dict[str, Any] = {
        "prompt_tokens": usage.input,
        "completion_tokens": usage.output,
        "total_tokens": usage.total,
        "prompt_tokens_details": {
            "cached_tokens": usage.cache_read,
            "cache_write_tokens": usage.cache_write,
        },
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning},
    }
    if usage.cost is not None:
        written["cost"] = usage.cost
    return written


def _count(fields: dict[str, Any], *names: str) -> int:
    return next((count for name in names if (count := count_in(fields.get(name)))), 0)


def _cost(value: object) -> float | None:
    if isinstance(value, dict):
        value = value.get("total_cost")
    return number_in(value)
