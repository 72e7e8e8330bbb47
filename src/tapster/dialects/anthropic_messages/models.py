"""Anthropic's own model list, which tells what each model can do."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

from tapster.core.models import Model, ModelPage
from tapster.dialects.json_values import count_in, object_in, read_json, text_in
from tapster.dialects.model_lists import read_models


def decode_models(body: bytes) -> ModelPage:
    """Return the page `body` holds; lists in another shape are read as any list is."""
    told = object_in(read_json(body))
    data = told.get("data")
    if not isinstance(data, list) or not all(_is_ours(entry) for entry in data):
        return read_models(body)
    last = text_in(told.get("last_id")) if told.get("has_more") is True else None
    return ModelPage(
        models=tuple(_model(entry) for entry in data),
        next=f"after_id={quote(last, safe='')}" if last else None,
    )


def _is_ours(entry: Any) -> bool:
    return (
        isinstance(entry, dict)
        and entry.get("type") == "model"
        and isinstance(entry.get("id"), str)
    )


def _model(entry: dict[str, Any]) -> Model:
    abilities = object_in(entry.get("capabilities"))
    inputs = ["text"]
    if _can(abilities, "image_input") is not False:
        inputs.append("image")
    if _can(abilities, "pdf_input") is not False:
        inputs.append("file")
    told = ("lifecycle", "deprecated_at", "capabilities")
    return Model(
        id=entry["id"],
        title=text_in(entry.get("display_name")),
        vendor="Anthropic",
        context=count_in(entry.get("max_input_tokens")) or None,
        max_output=count_in(entry.get("max_tokens")) or None,
        inputs=tuple(inputs),
        tools=True,
        reasoning=_can(abilities, "thinking"),
        created=_moment(entry.get("created_at")),
        retires=text_in(entry.get("retires_at")),
        external=True,
        extra={name: entry[name] for name in told if entry.get(name) is not None},
    )


def _can(abilities: dict[str, Any], name: str) -> bool | None:
    """Tell whether the model has the ability, or `None` where the list does not say."""
    supported = object_in(abilities.get(name)).get("supported")
    return supported if isinstance(supported, bool) else None


def _moment(value: Any) -> int | None:
    try:
        return int(datetime.fromisoformat(value).timestamp())
    except (TypeError, ValueError, OverflowError):
        return None
