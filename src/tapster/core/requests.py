"""What we ask of a model: messages, response settings, tools, and what we have no word for."""

from typing import Any, Literal

from msgspec import Struct, field

from tapster.core.messages import CacheMark, Message

Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]


class Settings(Struct, frozen=True, omit_defaults=True):
    """The response settings a person chose. `None` is a real state: not sent.

    Those from `top_n_sigma` on are known to servers that run models themselves.
    """

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
    top_n_sigma: float | None = None
    tfs: float | None = None
    xtc_probability: float | None = None
    xtc_threshold: float | None = None
    epsilon_cutoff: float | None = None
    eta_cutoff: float | None = None
    skew: float | None = None
    adaptive_target: float | None = None
    adaptive_decay: float | None = None
    guidance_scale: float | None = None
    negative_prompt: str | None = None
    sampler_order: tuple[str, ...] | None = None
    temperature_last: bool | None = None
    dynatemp_range: float | None = None
    dynatemp_low: float | None = None
    dynatemp_high: float | None = None
    dynatemp_exponent: float | None = None
    smoothing_factor: float | None = None
    smoothing_curve: float | None = None
    mirostat_mode: int | None = None
    mirostat_tau: float | None = None
    mirostat_eta: float | None = None
    repetition_range: int | None = None
    repetition_slope: float | None = None
    repetition_decay: int | None = None
    encoder_repetition_penalty: float | None = None
    no_repeat_ngram_size: int | None = None
    dry_multiplier: float | None = None
    dry_base: float | None = None
    dry_allowed_length: int | None = None
    dry_range: int | None = None
    dry_sequence_breakers: tuple[str, ...] | None = None
    min_tokens: int | None = None
    ignore_eos: bool | None = None
    banned_strings: tuple[str, ...] | None = None
    banned_token_ids: tuple[int, ...] | None = None
    skip_special_tokens: bool | None = None
    json_schema: dict[str, Any] | None = None
    regex: str | None = None
    grammar: str | None = None


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
