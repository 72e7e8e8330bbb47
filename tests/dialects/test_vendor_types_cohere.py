"""Requests for Cohere must be what Cohere's own SDK would take."""

import inspect

import cohere
import pydantic
import pytest
from cohere import types

from tapster.core.messages import (
    Image,
    Message,
    Opaque,
    Text,
    ToolCall,
    ToolResult,
    says,
)
from tapster.core.requests import ChatRequest, ResponseFormat, Settings, Tool, ToolChoice
from tapster.dialects.cohere_chat import CohereChat

FIELDS = {
    "messages": types.ChatMessages,
    "tools": list[types.ToolV2],
    "response_format": types.ResponseFormatV2,
    "thinking": types.Thinking,
    "citation_options": types.CitationOptions,
}
MESSAGES = (
    says("system", "Be brief."),
    Message("user", (Text("Look"), Image("https://example.org/a.png", "low"))),
    Message(
        "assistant",
        (
            Opaque("cohere-chat", {"tool_plan": "I will look."}),
            ToolCall("c1", "look", '{"at": "sky"}'),
        ),
    ),
    Message("tool", (ToolResult("c1", (Text("blue"),)),)),
    says("assistant", "Blue."),
    says("user", "Thanks"),
)


def unknown_fields(value):
    """Return what the SDK's types hold beside the fields they know: they forbid nothing."""
    if isinstance(value, pydantic.BaseModel):
        own = [f"{type(value).__name__}.{name}" for name in value.model_extra or ()]
        return own + [x for _, item in value for x in unknown_fields(item)]
    if isinstance(value, list):
        return [x for item in value for x in unknown_fields(item)]
    return []


def test_a_full_request_is_valid_for_coheres_sdk():
    request = ChatRequest(
        model="command-a-03-2025",
        messages=MESSAGES,
        settings=Settings(
            temperature=0.3,
            top_p=0.9,
            top_k=5,
            max_tokens=9,
            stop=("x",),
            seed=1,
            frequency_penalty=0.1,
            presence_penalty=0.2,
            logprobs=True,
            reasoning_tokens=100,
        ),
        tools=(Tool("look", "Look up", {"type": "object", "properties": {}}, strict=True),),
        tool_choice=ToolChoice("required"),
        response_format=ResponseFormat("json_schema", schema={"type": "object"}),
        extra={"citation_options": {"mode": "FAST"}},
    )

    body = CohereChat().encode(request).body

    known = set(inspect.signature(cohere.ClientV2.chat_stream).parameters)
    assert set(body) - {"stream"} <= known
    for name, kind in FIELDS.items():
        validated = pydantic.TypeAdapter(kind).validate_python(body[name])
        assert unknown_fields(validated) == []


def test_a_field_the_sdk_does_not_know_would_be_seen():
    tool = pydantic.TypeAdapter(types.ToolV2).validate_python({"type": "function", "nmae": "x"})

    assert unknown_fields(tool) == ["ToolV2.nmae"]


def test_a_message_of_an_unknown_role_would_be_refused():
    with pytest.raises(pydantic.ValidationError):
        pydantic.TypeAdapter(FIELDS["messages"]).validate_python([{"role": "x"}])
