"""What we ask of a model: messages, response settings, tools, and what we have no word for."""

from typing import Any, Literal

from msgspec import Struct, field

from tapster.core.messages import CacheMark, Message

Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]


class Settings(Struct, frozen=True, omit_defaults=True):
    """The response settings a person chose. `None` is a real state: not sent."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    min_p: float | None = None
    top_a: float | None = None
    typical_p: float | None = None
    repetition_penalty: float | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] | None = None
    seed: int | None = None
    n: int | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    logit_bias: dict[str, float] | None = None
    reasoning_effort: str | None = None
    reasoning_tokens: int | None = None
    show_reasoning: bool | None = None
    verbosity: str | None = None


class Tool(Struct, frozen=True, omit_defaults=True):
    """A function the model may call, described by JSON Schema.

    `raw` is a provider's own kind of tool (web search, custom grammar …): it is sent as it
    stands, and only to dialects that know it.
    """

    name: str
    description: str | None = None
    parameters: dict[str, Any] | None = None
    strict: bool | None = None
    cache: CacheMark | None = None
    raw: dict[str, Any] | None = None


class ToolChoice(Struct, frozen=True, omit_defaults=True):
    """`auto`, `none`, `required`, or `tool` with the one tool's `name`."""

    mode: Literal["auto", "none", "required", "tool"]
    name: str | None = None


class ResponseFormat(Struct, frozen=True, omit_defaults=True):
    """Plain text, any JSON, or JSON that follows `schema`."""

    kind: Literal["text", "json_object", "json_schema"]
    name: str | None = None
    schema: dict[str, Any] | None = None
    description: str | None = None
    strict: bool | None = None


class ChatRequest(Struct, frozen=True, omit_defaults=True):
    """One question to one model.

    `prompt` stands in place of messages where raw text is to be continued: the text or its tokens,
    or a list of several, exactly as the model shall read it. No template is laid around it.
    `extra` holds body fields we have no word for: endpoints that speak OpenAI's dialect get
    them untouched, other dialects take those they know by name and report the rest.
    """

    model: str
    messages: tuple[Message, ...]
    settings: Settings = Settings()
    tools: tuple[Tool, ...] = ()
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    response_format: ResponseFormat | None = None
    stream: bool = True
    prompt: str | list[Any] | None = None
    extra: dict[str, Any] = field(default_factory=dict)
