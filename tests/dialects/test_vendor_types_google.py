"""Requests for Google must be what Google's own SDK would take: its types forbid other fields."""

import pytest
from google.genai import types

from tapster.core.messages import (
    Audio,
    File,
    Image,
    Message,
    Reasoning,
    Text,
    ToolCall,
    ToolResult,
    says,
)
from tapster.core.requests import ChatRequest, ResponseFormat, Settings, Tool, ToolChoice
from tapster.dialects.google_families import refine
from tapster.dialects.google_generate import GoogleGenerate

PARTS = {
    "systemInstruction": types.Content,
    "generationConfig": types.GenerationConfig,
    "toolConfig": types.ToolConfig,
}
LISTS = {"contents": types.Content, "tools": types.Tool, "safetySettings": types.SafetySetting}

PICTURE = Image("data:image/png;base64,QUJD")
MESSAGES = (
    says("system", "Be brief."),
    Message(
        "user",
        (
            Text("Look"),
            PICTURE,
            Image("https://example.org/a.png"),
            Audio("QUJD", "wav"),
            File(name="a.pdf", url="data:application/pdf;base64,QUJD"),
        ),
    ),
    Message(
        "assistant",
        (
            Reasoning("Plan", signature="QUJD", format="google-gemini-v1"),
            Text("Let me see."),
            ToolCall("c1", "look", '{"at": "sky"}', signature="QUJD"),
            ToolCall("c2", "look"),
        ),
    ),
    Message("tool", (ToolResult("c1", (Text("blue"), PICTURE)), ToolResult("c2", is_error=True))),
    Message("assistant", (ToolCall("c3", "look"),)),
    Message("tool", (ToolResult("c3", (Text("ok"),)),)),
)
SETTINGS = Settings(
    temperature=0.5,
    top_p=0.9,
    top_k=40,
    max_tokens=100,
    stop=("END",),
    seed=7,
    frequency_penalty=0.5,
    presence_penalty=0.5,
    logprobs=True,
    top_logprobs=2,
    n=2,
    reasoning_effort="minimal",
)
SAFETY = {"category": "HARM_CATEGORY_HARASSMENT", "threshold": "OFF"}
MODELS = (
    "gemini-2.0-flash",
    "gemini-2.5-flash",
    "gemini-2.5-pro",
    "gemini-3-pro-preview",
    "gemini-3.8-flash",
    "gemini-4-argon",
    "gemma-3-27b-it",
)


@pytest.mark.parametrize("model", MODELS)
def test_a_full_request_is_valid_for_googles_sdk(model):
    request, _ = refine(
        ChatRequest(
            model=model,
            messages=MESSAGES,
            settings=SETTINGS,
            tools=(
                Tool("look", "Look up", {"type": "object", "properties": {}}),
                Tool("search", raw={"google_search": {}}),
            ),
            tool_choice=ToolChoice("tool", "look"),
            response_format=ResponseFormat("json_schema", schema={"type": "object"}),
            extra={"safety_settings": [SAFETY]},
        )
    )

    body = GoogleGenerate(roles_required=True).encode(request).body

    assert set(body) <= {*PARTS, *LISTS}
    for name, kind in PARTS.items():
        if name in body:
            kind.model_validate(body[name])
    for name, kind in LISTS.items():
        for item in body[name]:
            kind.model_validate(item)


def test_googles_sdk_would_refuse_a_field_it_does_not_have():
    with pytest.raises(ValueError, match="topk"):
        types.GenerationConfig.model_validate({"topk": 1})
