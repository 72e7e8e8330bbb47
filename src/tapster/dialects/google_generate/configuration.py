"""Settings, tools and the rest of a request as Google's `generationConfig` and its neighbours."""

from collections.abc import Mapping
from typing import Any

from tapster.core.requests import ChatRequest, ResponseFormat, Settings, Tool, ToolChoice
from tapster.dialects.google_families import NEUTRAL, thinking_config
from tapster.dialects.notices import Notices

_FIELDS = {
    "temperature": "temperature",
    "top_p": "topP",
    "top_k": "topK",
    "max_tokens": "maxOutputTokens",
    "frequency_penalty": "frequencyPenalty",
    "presence_penalty": "presencePenalty",
    "seed": "seed",
    "n": "candidateCount",
    "logprobs": "responseLogprobs",
    "top_logprobs": "logprobs",
}
_MODES = {"auto": "AUTO", "none": "NONE", "required": "ANY", "tool": "ANY"}
_TOP_LEVEL = frozenset(
    {
        "safetySettings",
        "cachedContent",
        "labels",
        "toolConfig",
        "serviceTier",
        "store",
        "modelArmorConfig",
        "generationConfig",
    }
)
_IN_CONFIG = frozenset(
    {
        "responseModalities",
        "imageConfig",
        "speechConfig",
        "mediaResolution",
        "audioTimestamp",
        "thinkingConfig",
        "responseMimeType",
        "responseSchema",
        "responseJsonSchema",
        "continuationToken",
        "enableAffectiveDialog",
        "modelSelectionConfig",
        "routingConfig",
    }
)
_OWN_TOOLS = frozenset(
    {
        "functionDeclarations",
        "googleSearch",
        "googleSearchRetrieval",
        "urlContext",
        "codeExecution",
        "googleMaps",
        "fileSearch",
        "computerUse",
        "enterpriseWebSearch",
        "retrieval",
        "mcpServers",
        "parallelAiSearch",
    }
)


def encode_configuration(request: ChatRequest, notices: Notices) -> dict[str, Any]:
    """Return all of `request` but its messages: the body's fields beside its contents."""
    body: dict[str, Any] = {}
    config = _generation_config(request.model, request.settings)
    if request.response_format:
        config |= _format_config(request.response_format)
    if config:
        body["generationConfig"] = config
    if tools := _tools(request.tools, notices):
        body["tools"] = tools
    if request.tool_choice:
        body["toolConfig"] = {"functionCallingConfig": _choice(request.tool_choice)}
    if request.parallel_tool_calls is False:
        notices.omit_fields(["parallel_tool_calls"])
    _lay_over(body, request.extra, notices)
    return body


def _generation_config(model: str, settings: Settings) -> dict[str, Any]:
    config: dict[str, Any] = {}
    for name, field in _FIELDS.items():
        value = getattr(settings, name)
        if value is not None and NEUTRAL.get(name) != value:
            config[field] = value
    if settings.top_logprobs is not None:
        config["responseLogprobs"] = True
    if settings.stop:
        config["stopSequences"] = list(settings.stop)
    if thinking := thinking_config(model, settings):
        config["thinkingConfig"] = thinking
    return config


def _format_config(wanted: ResponseFormat) -> dict[str, Any]:
    if wanted.kind == "text":
        return {}
    config: dict[str, Any] = {"responseMimeType": "application/json"}
    if wanted.kind == "json_schema" and wanted.schema is not None:
        config["responseJsonSchema"] = wanted.schema
    return config


def _tools(tools: tuple[Tool, ...], notices: Notices) -> list[dict[str, Any]]:
    functions: list[dict[str, Any]] = []
    own: list[dict[str, Any]] = []
    for tool in tools:
        if tool.raw is None:
            functions.append(_declaration(tool))
        elif _OWN_TOOLS.isdisjoint(raw := _camel_keys(tool.raw)):
            notices.omit_tool(tool)
        else:
            own.append({key: value for key, value in raw.items() if key in _OWN_TOOLS})
    return ([{"functionDeclarations": functions}] if functions else []) + own


def _declaration(tool: Tool) -> dict[str, Any]:
    declared: dict[str, Any] = {"name": tool.name}
    if tool.description:
        declared["description"] = tool.description
    if tool.parameters:
        declared["parametersJsonSchema"] = tool.parameters
    return declared


def _choice(choice: ToolChoice) -> dict[str, Any]:
    config: dict[str, Any] = {"mode": _MODES[choice.mode]}
    if choice.mode == "tool" and choice.name:
        config["allowedFunctionNames"] = [choice.name]
    return config


def _lay_over(body: dict[str, Any], extra: Mapping[str, Any], notices: Notices) -> None:
    """Lay the fields Google knows by name over `body`; tell of the others."""
    for name, value in extra.items():
        field = _camel(name)
        if name == "google" and isinstance(value, dict):
            # Google's own OpenAI-compatible endpoint nests its fields so.
            _lay_over(body, value, notices)
        elif name == "modalities" and isinstance(value, list):
            modalities = [str(modality).upper() for modality in value]
            _merge(body, {"generationConfig": {"responseModalities": modalities}})
        elif field == "generationConfig" and isinstance(value, dict):
            _merge(body, {field: _camel_keys(value)})
        elif field in _TOP_LEVEL:
            _merge(body, {field: value})
        elif field in _IN_CONFIG:
            _merge(body, {"generationConfig": {field: value}})
        else:
            notices.omit_fields([name])


def _merge(into: dict[str, Any], more: Mapping[str, Any]) -> None:
    for name, value in more.items():
        if isinstance(value, dict) and isinstance(there := into.get(name), dict):
            _merge(there, value)
        else:
            into[name] = dict(value) if isinstance(value, dict) else value


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)


def _camel_keys(value: Mapping[str, Any]) -> dict[str, Any]:
    return {_camel(key): item for key, item in value.items()}
