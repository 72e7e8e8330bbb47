"""Requests that between them use everything a chat can hold."""

from tapster.core.messages import (
    CacheMark,
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

PIXEL = "data:image/png;base64,iVBORw0KGgo="
PDF = "data:application/pdf;base64,JVBERi0xLjQK"
WEATHER = Tool(
    "get_weather",
    description="Tells the weather.",
    parameters={"type": "object", "properties": {"city": {"type": "string"}}},
)
SCHEMA = {
    "type": "object",
    "properties": {"name": {"type": "string"}},
    "required": ["name"],
    "additionalProperties": False,
}
HELLO = (says("user", "Hello"),)


def tool_loop(*thoughts: Reasoning) -> tuple[Message, ...]:
    """Return a chat in which the model, after `thoughts`, waits for the weather."""
    return (
        says("user", "How is the weather in Oslo?"),
        Message(
            role="assistant",
            parts=(*thoughts, ToolCall("call_1", "get_weather", '{"city":"Oslo"}')),
        ),
        Message(role="tool", parts=(ToolResult("call_1", (Text("Rain"),)),)),
    )


def every_request(model: str) -> dict[str, ChatRequest]:
    """Return requests to `model` by what they are about."""
    return {
        "hello": ChatRequest(model=model, messages=HELLO),
        "several-turns": ChatRequest(
            model=model,
            messages=(
                says("system", "Be kind."),
                says("user", "Hi"),
                says("assistant", "Hello!"),
                says("system", "It is night."),
                says("user", "Sing."),
            ),
        ),
        "settings": ChatRequest(
            model=model,
            messages=HELLO,
            settings=Settings(
                temperature=0.7,
                max_tokens=4000,
                stop=("END",),
                seed=7,
                reasoning_effort="low",
                show_reasoning=True,
                verbosity="low",
                frequency_penalty=0.5,
            ),
        ),
        "attachments": ChatRequest(
            model=model,
            messages=(
                Message(
                    role="user",
                    parts=(
                        Text("What are these?", cache=CacheMark("1h")),
                        Image(PIXEL),
                        Image("https://example.org/cat.png", detail="low"),
                        File(name="a.pdf", url=PDF),
                        File(url="https://example.org/b.pdf"),
                    ),
                ),
            ),
        ),
        "tools": ChatRequest(
            model=model,
            messages=tool_loop(),
            tools=(WEATHER, Tool("now")),
            tool_choice=ToolChoice("tool", "get_weather"),
            parallel_tool_calls=False,
        ),
        "schema": ChatRequest(
            model=model,
            messages=HELLO,
            response_format=ResponseFormat("json_schema", name="person", schema=SCHEMA),
            stream=False,
        ),
    }
