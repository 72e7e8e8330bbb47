"""What a request may not ask of us, although endpoints might understand it."""

from typing import Any

from tapster.core.errors import InvalidInput
from tapster.core.keys import AccessToken
from tapster.core.requests import ChatRequest
from tapster.core.ways import under_connections

# Other gateways take these, and a stored key then goes where the request says (CVE-2024-6587).
_LEADS_ELSEWHERE = frozenset(
    {
        "api_base",
        "api_key",
        "api_url",
        "base_url",
        "custom_host",
        "custom_url",
        "default_headers",
        "endpoint_url",
        "extra_headers",
        "headers",
        "host",
        "proxy",
        "proxy_password",
        "proxy_url",
        "reverse_proxy",
    }
)
# Ways in which endpoints let a request name further models; in the others any word may stand.
_NAMES_MODELS = frozenset(
    {
        "draft_model",
        "draft_model_name",
        "fallback",
        "fallback_models",
        "fallbacks",
        "model",
        "model_base_name",
        "model_list",
        "models",
    }
)
_FREE = frozenset(
    {
        "grammar",
        "guided_json",
        "json_schema",
        "metadata",
        "response_format",
        "structured_outputs",
    }
)


def demand_harmless(request: ChatRequest, token: AccessToken | None) -> None:
    """Raise `InvalidInput` for a field that would take a key, or a token, where it must not go."""
    for name in request.extra:
        if name.casefold().replace("-", "_") in _LEADS_ELSEWHERE:
            raise InvalidInput(
                f"The field {name} is not taken: where a connection leads, and what it shows "
                "there, is set on the connection, "
                + under_connections("tapster connections edit NAME")
                + ".",
                field=name,
            )
    if token is not None and token.models is not None and (path := _model_named_in(request.extra)):
        raise InvalidInput(
            f"The field {path} is not taken from this access token: it may use certain models "
            "only, and the field could name others.",
            field=path,
        )


def _model_named_in(extra: dict[str, Any]) -> str | None:
    """Return the path of the first field in `extra` that may name a model."""
    rest: list[tuple[str, object]] = [("", extra)]
    while rest:
        path, value = rest.pop()
        if isinstance(value, list):
            rest += [(f"{path}[{at}]", item) for at, item in enumerate(value)]
        if not isinstance(value, dict):
            continue
        for name, inner in value.items():
            here = f"{path}.{name}".lstrip(".")
            if name.casefold() in _NAMES_MODELS:
                return here
            if name.casefold() not in _FREE:
                rest.append((here, inner))
    return None
