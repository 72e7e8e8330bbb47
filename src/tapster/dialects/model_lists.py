"""Model lists, in the shapes endpoints answer with."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec

from tapster.core.errors import Reason, SourceError
from tapster.core.models import Model, ModelPage, Price
from tapster.core.settings import SETTINGS
from tapster.core.unreadable import UNREADABLE
from tapster.dialects.errors import error_in, read_error_body
from tapster.dialects.json_values import count_in, number_in, whole_in

_CONTEXT = (
    "loaded_context_length",
    "context_length",
    "context_window",
    "max_context_length",
    "max_model_len",
    "inputTokenLimit",
    "max_input_tokens",
    "context_size",
    "max_seq_len",
    "n_ctx",
    "n_ctx_train",
    "tokens",
)
_OUTPUT = (
    "max_completion_tokens",
    "max_output_tokens",
    "outputTokenLimit",
    "max_output_length",
    "max_output",
)
_INNER = ("top_provider", "parameters", "meta", "model_info", "limits")
_RETIRES = ("shutdown_date", "expiration_date", "deprecation", "deprecation_date")
_SEES = ("vision", "supports_vision", "supports_image_in", "supports_image_input")
_CALLS = ("function_calling", "function_call", "supports_tools", "supports_function_calling")
_THINKS = ("reasoning", "supports_reasoning", "thinking")
_KEPT = (
    "type",
    "capabilities",
    "aliases",
    "active",
    "state",
    "supports_chat",
    "endpoints",
    "supportedGenerationMethods",
    "deprecation_replacement_model",
    "default_model_temperature",
    "is_deprecated",
    "is_moderated",
)


def read_models(body: bytes) -> ModelPage:
    """Return the models the list in `body` names, each once, and where the next page is.

    Raises `SourceError` when it is no such list; an error inside a 200 is raised as it stands.
    """
    try:
        document = msgspec.json.decode(body.strip())
    except UNREADABLE:
        raise _no_list(read_error_body(200, {}, body).message, body) from None
    entries = _entries(document)
    if entries is None:
        error = error_in(document)
        raise error or _no_list(
            "The address answered, but not with a list of models. "
            "Check the endpoint: it should be the base URL of the API, often ending in /v1.",
            body,
        )
    found: dict[str, Model] = {}
    for entry in entries:
        model = _read_model(entry)
        if model is not None:
            found.setdefault(model.id, model)
    return ModelPage(models=tuple(found.values()), next=_next_page(document))


def _read_model(entry: object) -> Model | None:
    """Return one entry of a list, or `None` if it has no id."""
    if isinstance(entry, str):
        return Model(id=entry) if entry else None
    if not isinstance(entry, dict):
        return None
    named = _first_word(entry, ("id", "model", "model_name", "key", "name", "slug"))
    if named is None:
        return None
    places = [entry, *(entry[name] for name in _INNER if isinstance(entry.get(name), dict))]
    # What the serving provider really offers counts before what the model could do.
    nearest = places[1:] + places[:1] if isinstance(entry.get("top_provider"), dict) else places
    inputs, outputs = _modalities(entry)
    parameters = entry.get("supported_parameters")
    title = _first_word(entry, ("display_name", "displayName", "title", "name"))
    return Model(
        id=named,
        title=title if title != named else None,
        vendor=_vendor(entry, named),
        context=_first_count(nearest, _CONTEXT),
        max_output=_first_count(nearest, _OUTPUT),
        inputs=inputs,
        outputs=outputs,
        tools=_can(entry, _CALLS, parameters, "tools"),
        reasoning=_can(entry, _THINKS, parameters, "reasoning"),
        price=_price(entry.get("pricing")),
        settings=_settings(parameters),
        created=whole_in(entry.get("created")),
        retires=_first_word(entry, _RETIRES),
        extra={name: entry[name] for name in _KEPT if entry.get(name) is not None},
    )


def _entries(document: object) -> Iterable[object] | None:
    if isinstance(document, list):
        return document
    if not isinstance(document, dict):
        return None
    for name in ("data", "models"):
        value = document.get(name)
        if isinstance(value, list):
            return value
        if isinstance(value, dict):
            # Some proxies key the list by id.
            return [{"id": key, **fields} for key, fields in value.items() if _is_entry(fields)]
    return [] if document.get("object") == "list" and not document.get("error") else None


def _is_entry(value: object) -> bool:
    return isinstance(value, dict)


def _next_page(document: object) -> str | None:
    """Return the query of the next page, ready to be appended to the list's address."""
    if not isinstance(document, dict):
        return None
    links = document.get("links")
    if isinstance(links, dict) and isinstance(links.get("next"), str):
        return urlsplit(links["next"]).query or None
    for answered, asked in (("nextPageToken", "pageToken"), ("next_page_token", "page_token")):
        if isinstance(token := document.get(answered), str) and token:
            return urlencode({asked: token})
    last = document.get("last_id")
    if document.get("has_more") is True and isinstance(last, str) and last:
        return urlencode({"after_id": last})
    return None


def _first_word(entry: Mapping[str, Any], names: Iterable[str]) -> str | None:
    for name in names:
        value = entry.get(name)
        if isinstance(value, str) and value:
            return value
    return None


def _first_count(places: Iterable[Mapping[str, Any]], names: Iterable[str]) -> int | None:
    names = tuple(names)
    for place in places:
        for name in names:
            value: object = place.get(name)
            if isinstance(value, str) and value.isdecimal():
                value = _amount(value)
            if count := count_in(value):
                return count
    return None


def _vendor(entry: Mapping[str, Any], named: str) -> str | None:
    author, slash, _ = named.partition("/")
    if slash and author and author not in {"models", "accounts"}:
        return author.removeprefix("~")
    return _first_word(entry, ("vendor", "publisher", "organization", "owned_by"))


def _modalities(entry: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    places = [entry.get("architecture"), entry]
    inputs = _first_list(places, ("input_modalities", "inputModalities"))
    outputs = _first_list(places, ("output_modalities", "outputModalities"))
    if inputs is None:
        inputs = ("text", "image") if _flag(entry, _SEES) else ("text",)
    return inputs, outputs or ("text",)


def _first_list(places: Iterable[object], names: Iterable[str]) -> tuple[str, ...] | None:
    names = tuple(names)
    for place in places:
        for name in names if isinstance(place, dict) else ():
            value = place.get(name) if isinstance(place, dict) else None
            if isinstance(value, list) and (kept := [v for v in value if isinstance(v, str)]):
                return tuple(kept)
    return None


def _flag(entry: Mapping[str, Any], names: Iterable[str]) -> bool | None:
    places = [entry, entry.get("capabilities"), entry.get("metadata"), entry.get("model_info")]
    for place in places:
        for name in names if isinstance(place, dict) else ():
            value = place.get(name) if isinstance(place, dict) else None
            if isinstance(value, bool):
                return value
            if isinstance(value, dict) and name == "reasoning":
                return True
    return None


def _can(
    entry: Mapping[str, Any], names: Iterable[str], parameters: object, parameter: str
) -> bool | None:
    said = _flag(entry, names)
    if said is None and isinstance(parameters, list):
        return parameter in parameters
    return said


def _settings(parameters: object) -> tuple[str, ...] | None:
    if not isinstance(parameters, list):
        return None
    taken = {name for name in parameters if isinstance(name, str)}
    if "max_completion_tokens" in taken:
        taken.add("max_tokens")
    if "reasoning" in taken:
        taken |= {"reasoning_effort", "reasoning_tokens", "show_reasoning"}
    return tuple(name for name in SETTINGS if name in taken)


def _price(pricing: object) -> Price | None:
    """Return dollars per million tokens: `prompt` and text amounts are per token, as OpenRouter
    and Vercel write them; plain numbers under `input` are per million, as Together writes them.
    """
    if not isinstance(pricing, dict):
        return None
    million = "million" in str(pricing.get("unit", ""))

    def dollars(per_token: str, other: str) -> float | None:
        for name in (per_token, other):
            value = pricing.get(name)
            amount = _amount(value)
            if amount is not None:
                whole = million or (name == other and not isinstance(value, str))
                return amount if whole else round(amount * 1_000_000, 9)
        return None

    price = Price(
        input=dollars("prompt", "input"),
        output=dollars("completion", "output"),
        cache_read=dollars("input_cache_read", "cached_input"),
        cache_write=dollars("input_cache_write", "cache_write"),
    )
    return price if price != Price() else None


def _amount(value: object) -> float | None:
    try:
        amount = number_in(float(value) if isinstance(value, str) else value)
    except ValueError:
        return None
    return amount if amount is not None and amount >= 0 else None


def _no_list(message: str, body: bytes) -> SourceError:
    return SourceError(Reason.NOT_AN_API, message, status=200, body=body)
