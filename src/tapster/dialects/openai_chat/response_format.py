"""How an answer in JSON is asked for, which is where imitators differ most."""

from typing import Any

from tapster.core.requests import ChatRequest, ResponseFormat
from tapster.dialects.notices import Notices
from tapster.dialects.openai_chat.quirks import Quirks


def write_format(request: ChatRequest, quirks: Quirks, notices: Notices) -> dict[str, Any]:
    """Return the fields that ask for the form of the answer `request` wants.

    What the request itself says counts before a schema among its settings.
    """
    asked, schema = request.response_format, request.settings.json_schema
    if asked is None and schema and "json_schema" in quirks.takes:
        asked = ResponseFormat("json_schema", schema=schema)
    if asked is None:
        return {}
    match quirks.json_format:
        case "wrapped":
            return {"response_format": _wrapped(asked)}
        case "bare":
            return {"response_format": _bare(asked)}
        case "schema_only":
            if asked.kind == "json_object":
                asked = ResponseFormat("json_schema", schema={"type": "object"})
            return {"response_format": _wrapped(asked)}
        case "none":
            if asked.kind != "text":
                notices.omit_fields(["response_format"])
            return {}


def _wrapped(asked: ResponseFormat) -> dict[str, Any]:
    if asked.kind != "json_schema":
        return {"type": asked.kind}
    schema: dict[str, Any] = {"name": asked.name or "response"}
    for name in ("description", "schema", "strict"):
        if (value := getattr(asked, name)) is not None:
            schema[name] = value
    return {"type": "json_schema", "json_schema": schema}


def _bare(asked: ResponseFormat) -> dict[str, Any]:
    """Return the format as TabbyAPI knows it: `json` for any, and schemas without a wrapping."""
    if asked.kind == "json_schema":
        return {"type": "json_schema", "json_schema": asked.schema or {}}
    return {"type": "json" if asked.kind == "json_object" else asked.kind}
