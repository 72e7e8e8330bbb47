"""OpenAI's chat format, with what differs between its imitators as fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tapster.core.errors import SourceError
from tapster.core.events import Event
from tapster.core.models import ModelPage
from tapster.core.requests import ChatRequest
from tapster.dialects.dialect import Decoder, Encoded
from tapster.dialects.errors import read_error_body
from tapster.dialects.model_lists import read_models
from tapster.dialects.openai_chat.reply import ReplyDecoder
from tapster.dialects.openai_chat.request import encode_request
from tapster.dialects.openai_chat.wires import Wires

_TAKES = frozenset(
    {
        "temperature",
        "top_p",
        "frequency_penalty",
        "presence_penalty",
        "max_tokens",
        "stop",
        "seed",
        "n",
        "logprobs",
        "top_logprobs",
        "logit_bias",
        "reasoning_effort",
        "verbosity",
    }
)


@dataclass(frozen=True, kw_only=True)
class OpenAIChat:
    """OpenAI Chat Completions as one endpoint speaks it.

    - `max_tokens_field`: the field's name, or `by_family` for OpenAI's own rule per model.
    - `reasoning_field`: under which name thinking is sent back. Every name is understood in
      replies; `inline_thinking` also looks for `<think>` tags in the text.
    - `effort`: how reasoning effort is asked for: `reasoning_effort`; the object `reasoning`;
      `thinking` switched on or off, alone or beside `reasoning_effort`; or not at all.
    - `replay_reasoning`: what of earlier thinking goes back: its words, the sealed details, or
      of turns that called tools only the words, or the blocks that Anthropic sealed.
      `reasoning_filler` stands in for words an endpoint insists on and we do not have.
    - `also_takes`, `never_takes`: response settings beyond, or missing from, OpenAI's set.
    - `wires`: settings the endpoint takes under another name or in another form, or beyond
      OpenAI's set: the name on the wire, or a function that writes it (see `wires.py`).
    - `json_format`: how an answer in JSON is asked for: with the schema `wrapped` as OpenAI
      does, or `bare`; by `schema_only`, where JSON without one is not known; or not at all.
    - `prefill`: how an answer to be continued is marked; `prefill_fields` go into the body then.
    - `developer`: whether the role of that name is known; `system` goes out otherwise.
    - `cache_marks`: parts carry `cache_control`.
    - `reasoning_apart`: `completion_tokens` leaves thinking out.
    - `replay_images`: pictures the model made go back on its messages.
    """

    path: str = "/chat/completions"
    max_tokens_field: str = "max_tokens"
    reasoning_field: str = "reasoning_content"
    inline_thinking: bool = False
    effort: Literal["field", "object", "thinking", "thinking_and_field", "none"] = "field"
    replay_reasoning: Literal["never", "content", "details", "tool_loop", "blocks"] = "never"
    reasoning_filler: str = ""
    stream_usage: bool = True
    seed_field: str = "seed"
    also_takes: frozenset[str] = frozenset()
    never_takes: frozenset[str] = frozenset()
    wires: Wires = field(default_factory=dict)
    json_format: Literal["wrapped", "bare", "schema_only", "none"] = "wrapped"
    prefill: Literal["trailing", "prefix", "partial", "none"] = "trailing"
    prefill_fields: Mapping[str, Any] = field(default_factory=dict)
    cache_marks: bool = False
    reasoning_apart: bool = False
    names: bool = True
    developer: bool = True
    required_word: str = "required"
    parts_as_text: bool = True
    replay_images: bool = False
    speaks_ours: bool = True

    @property
    def takes(self) -> frozenset[str]:
        """Names of the response settings this endpoint has a field for."""
        taken = _TAKES
        if self.effort == "none":
            taken -= {"reasoning_effort"}
        if self.effort == "object":
            taken |= {"reasoning_tokens", "show_reasoning"}
        return (taken | self.also_takes | self.wires.keys()) - self.never_takes

    def encode(self, request: ChatRequest) -> Encoded:
        """Return `request` in OpenAI's format."""
        return encode_request(request, self)

    def decoder(self, request: ChatRequest) -> Decoder:
        """Return a fresh decoder for the streamed reply to `request`."""
        return self.reply_decoder(request, whole=False)

    def decode_reply(self, body: bytes, request: ChatRequest) -> list[Event]:
        """Return the events of a whole reply; an error inside a 200 is a last `Failed`."""
        return self.reply_decoder(request, whole=True).read_whole(body)

    def reply_decoder(self, request: ChatRequest, *, whole: bool) -> ReplyDecoder:
        """Return the decoder of one reply to `request`, streamed or `whole`."""
        audio = request.extra.get("audio")
        sound = audio.get("format") if isinstance(audio, dict) else None
        return ReplyDecoder(
            inline_thinking=self.inline_thinking,
            reasoning_apart=self.reasoning_apart,
            sound=sound if isinstance(sound, str) else None,
            whole=whole,
        )

    def read_error(self, status: int, headers: Mapping[str, str], body: bytes) -> SourceError:
        """Return what an error answer says. Never raises, whatever the body is."""
        return read_error_body(status, headers, body)

    def decode_models(self, body: bytes) -> ModelPage:
        """Return the models a list answer names; raise `SourceError` if it is no such list."""
        return read_models(body)
