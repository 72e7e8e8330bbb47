"""What Google's generateContent refuses."""

import base64
import hashlib
import re
from typing import Any

from mock_provider.behaviours import is_behaviour
from mock_provider.replies import words
from mock_provider.vendors.vendor import Invalid

FIELDS = words(
    "contents systemInstruction generationConfig safetySettings tools toolConfig "
    "cachedContent serviceTier store labels model"
)
SETTINGS = words(
    "temperature topP topK maxOutputTokens stopSequences candidateCount presencePenalty "
    "frequencyPenalty seed responseMimeType responseSchema responseJsonSchema "
    "responseLogprobs logprobs responseModalities thinkingConfig imageConfig speechConfig "
    "mediaResolution continuationToken enableEnhancedCivicAnswers"
)
DATA = words(
    "text inlineData fileData functionCall functionResponse executableCode "
    "codeExecutionResult toolCall toolResponse"
)
BESIDE = frozenset({"thought", "thoughtSignature", "videoMetadata", "mediaResolution"})
CATEGORIES = words(
    "HARASSMENT HATE_SPEECH SEXUALLY_EXPLICIT DANGEROUS_CONTENT CIVIC_INTEGRITY JAILBREAK"
)
SKIPPED = "skip_thought_signature_validator"
# JSON Schema words the OpenAPI subset of `parameters` and `responseSchema` does not know.
FOREIGN_WORDS = frozenset(
    {"$schema", "$defs", "$ref", "const", "exclusiveMinimum", "exclusiveMaximum"}
)


def sign(text: str) -> str:
    """Return a thought signature: base64 that only the mock makes."""
    return base64.b64encode(hashlib.sha256(("thought:" + text).encode()).digest()).decode()


def plain(data: str) -> str:
    """Return base64 in the usual alphabet; the API reads both, Google's SDK sends the other."""
    return data.replace("-", "+").replace("_", "/")


def in_camel_case(value: dict[str, Any]) -> dict[str, Any]:
    """Return the body with the names of protocol fields in camel case; both are accepted."""
    return {_camel(name): _deeper(name, part) for name, part in value.items()}


def _deeper(name: str, value: Any) -> Any:
    if _camel(name) in {"args", "response", "parameters", "responseSchema"} | {
        "responseJsonSchema",
        "parametersJsonSchema",
        "labels",
    }:
        return value
    if isinstance(value, dict):
        return in_camel_case(value)
    if isinstance(value, list):
        return [_deeper(name, part) for part in value]
    return value


def _camel(name: str) -> str:
    return re.sub(r"_([a-z])", lambda found: found[1].upper(), name)


def check(body: dict[str, Any], model: str, *, roles_required: bool = False) -> None:
    """Refuse what the API refuses; Vertex requires a role on every content."""
    for name in body:
        if name not in FIELDS:
            raise _unknown(name, "")
    _check_settings(body.get("generationConfig") or {}, model)
    _check_safety(body.get("safetySettings") or ())
    _check_tools(body)
    check_contents(body.get("contents"), model, roles_required=roles_required)
    system = body.get("systemInstruction")
    if system is not None and not system.get("parts"):
        raise Invalid("* GenerateContentRequest.system_instruction.parts: must not be empty")


def _unknown(name: str, place: str) -> Invalid:
    where = f" at '{place}'" if place else ""
    return Invalid(
        f'Invalid JSON payload received. Unknown name "{name}"{where}: Cannot find field.'
    )


def _check_settings(settings: dict[str, Any], model: str) -> None:
    for name in settings:
        if name not in SETTINGS:
            raise _unknown(name, "generation_config")
    if len(settings.get("stopSequences") or ()) > 5:
        raise Invalid("* GenerateContentRequest.generation_config.stop_sequences: at most 5")
    temperature = settings.get("temperature")
    if temperature is not None and not 0 <= temperature <= 2:
        raise Invalid(
            "* GenerateContentRequest.generation_config.temperature: temperature must be in the "
            "range [0.0, 2.0]."
        )
    if not 1 <= (settings.get("candidateCount") or 1) <= 8:
        raise Invalid("* GenerateContentRequest.generation_config.candidate_count: 1 to 8")
    thinking = settings.get("thinkingConfig") or {}
    if "thinkingBudget" in thinking and "thinkingLevel" in thinking:
        raise Invalid("You can only set one of thinking budget and thinking level.")
    if {"responseSchema", "responseJsonSchema"} <= settings.keys():
        raise Invalid("Only one of response_schema and response_json_schema may be set.")
    if {"responseSchema", "responseJsonSchema"} & settings.keys():
        if settings.get("responseMimeType") not in {"application/json", "text/x.enum"}:
            raise Invalid("Function calling config or response schema need a JSON mime type.")
        _check_schema(settings.get("responseSchema") or {}, "generation_config.response_schema")
    _check_generation(settings, model, thinking)


def generation_of(model: str) -> tuple[int, int]:
    """Return the generation of a Gemini model, (0, 0) for others and the mock's own."""
    found = re.match(r"gemini-(\d+)(?:\.(\d+))?", model)
    if not found or is_behaviour(model):
        return (0, 0)
    return int(found[1]), int(found[2] or 0)


def _check_generation(settings: dict[str, Any], model: str, thinking: dict[str, Any]) -> None:
    generation = generation_of(model)
    if generation >= (3, 6):
        for name in ("temperature", "topP", "topK"):
            if name in settings:
                raise Invalid(f"{name} is not supported for this model.")
    if generation >= (3, 0) and (settings.get("candidateCount") or 1) > 1:
        raise Invalid("Multiple candidates is not enabled for this model")
    if generation >= (4, 0) and "thinkingBudget" in thinking:
        raise Invalid("Thinking budget is not supported for this model.")
    if (0, 0) < generation < (3, 0) and "thinkingLevel" in thinking:
        raise Invalid("Thinking level is not supported for this model.")
    for name in ("presencePenalty", "frequencyPenalty"):
        if name in settings and generation >= (2, 5):
            raise Invalid("Penalty is not enabled for this model")


def _check_safety(settings: Any) -> None:
    for setting in settings:
        if setting.get("category", "").removeprefix("HARM_CATEGORY_") not in CATEGORIES:
            raise Invalid(f"Invalid value at 'safety_settings[0].category': {setting}")


def _check_tools(body: dict[str, Any]) -> None:
    for tool in body.get("tools") or ():
        for function in tool.get("functionDeclarations") or ():
            if not re.fullmatch(r"[a-zA-Z_][\w.:-]{0,127}", function.get("name", "")):
                raise Invalid(
                    "Invalid function name. Must start with a letter or an underscore. Must be "
                    "alphameric (a-z, A-Z, 0-9), underscores (_), dots (.), colons (:), or dashes "
                    "(-), with a maximum length of 128."
                )
            if {"parameters", "parametersJsonSchema"} <= function.keys():
                raise Invalid("Only one of parameters and parameters_json_schema may be set.")
            _check_schema(
                function.get("parameters") or {}, "tools[0].function_declarations[0].parameters"
            )


def _check_schema(schema: Any, place: str) -> None:
    if isinstance(schema, list):
        for part in schema:
            _check_schema(part, place)
    elif isinstance(schema, dict):
        for word in FOREIGN_WORDS & schema.keys():
            raise _unknown(word, place)
        for name, part in schema.items():
            inner = part.values() if name == "properties" and isinstance(part, dict) else [part]
            for one in inner:
                _check_schema(one, place)


def check_contents(contents: Any, model: str, *, roles_required: bool = False) -> None:
    """Refuse contents that make no conversation."""
    if not isinstance(contents, list) or not contents:
        raise Invalid("* GenerateContentRequest.contents: contents is not specified")
    for at, content in enumerate(contents):
        role = content.get("role")
        allowed = {"user", "model", "function"} | (set() if roles_required else {None})
        if role not in allowed:
            raise Invalid("Please use a valid role: user, model.")
        parts = content.get("parts")
        if not isinstance(parts, list) or not parts:
            raise Invalid(
                f"* GenerateContentRequest.contents[{at}].parts: contents.parts must not be empty."
            )
        for part in parts:
            _check_part(at, part)
    _check_calls(contents, model)
    if contents[-1].get("role") == "model" and generation_of(model) >= (3, 6):
        raise Invalid("Requests ending with a model turn are not supported.")


def _check_part(at: int, part: dict[str, Any]) -> None:
    for name in part:
        if name not in (*DATA, *BESIDE):
            raise _unknown(name, f"contents[{at}].parts[0]")
    if len(part.keys() & set(DATA)) != 1:
        raise Invalid(
            f"* GenerateContentRequest.contents[{at}].parts[0].data: required oneof field 'data' "
            "must have one initialized field"
        )
    call = part.get("functionCall") or part.get("functionResponse") or {}
    place = "args" if "functionCall" in part else "response"
    if place in call and not isinstance(call[place], dict):
        raise Invalid(f"Invalid value at 'contents[{at}].parts[0].{place}' (type.Struct)")


def _check_calls(contents: list[dict[str, Any]], model: str) -> None:
    waiting: list[str] = []
    for content in contents:
        calls = [part for part in content["parts"] if "functionCall" in part]
        results = [
            part["functionResponse"] for part in content["parts"] if "functionResponse" in part
        ]
        if len(results) != len(waiting) and (results or waiting):
            raise Invalid(
                "Please ensure that the number of function response parts is equal to the number "
                "of function call parts of the function call turn."
            )
        if [result.get("name") for result in results] != waiting and results:
            raise Invalid("Please ensure that function response turn comes after a function call.")
        if calls and generation_of(model) >= (3, 0) and not calls[0].get("thoughtSignature"):
            raise Invalid(
                "Function call is missing a thought_signature in functionCall parts. This is "
                "required for tools to work correctly, and missing thought_signature may lead to "
                "degraded model performance."
            )
        signatures = {
            plain(part["thoughtSignature"]) for part in calls if part.get("thoughtSignature")
        }
        if signatures - {sign("call"), plain(SKIPPED)}:
            raise Invalid("Corrupted thought signature.")
        waiting = [part["functionCall"].get("name", "") for part in calls]
