"""Mistral's La Plateforme: OpenAI's chat format, read and ordered more strictly.

https://docs.mistral.ai/api/
"""

from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from tapster.core.requests import ChatRequest
from tapster.dialects.dialect import Encoded
from tapster.dialects.mistral_history import normalised, results_in
from tapster.dialects.notices import Notices
from tapster.dialects.openai_chat import OpenAIChat
from tapster.dialects.openai_chat.reply import ReplyDecoder
from tapster.dialects.openai_chat.request import encode_request

# Body fields beyond our settings that the API knows; it refuses any other with status 422.
_KNOWN = frozenset(
    {
        "random_seed",
        "top_logprobs",
        "prompt_logprobs",
        "top_prompt_logprobs",
        "min_tokens",
        "prediction",
        "prompt_mode",
        "safe_prompt",
        "guardrails",
        "prompt_cache_key",
        "service_tier",
        "metadata",
        "tool_choice",
        "response_format",
    }
)


@dataclass(frozen=True, kw_only=True)
class Mistral(OpenAIChat):
    """OpenAI's chat format as La Plateforme speaks it.

    What differs: strict order of turns, call ids of nine characters, `random_seed`, parts of
    their own shapes, no unknown fields, and a continued answer that repeats its beginning.
    """

    seed_field: str = "random_seed"
    stream_usage: bool = False
    prefill: Literal["trailing", "prefix", "partial", "none"] = "prefix"
    names: bool = False
    also_takes: frozenset[str] = frozenset({"top_k", "repetition_penalty"})
    never_takes: frozenset[str] = frozenset({"logit_bias", "verbosity"})
    required_word: str = "any"

    def encode(self, request: ChatRequest) -> Encoded:
        """Return `request` in Mistral's format, its history put into the order it accepts."""
        notices = Notices("Mistral")
        messages = normalised(request.messages, notices)
        known = {name: value for name, value in request.extra.items() if name in _KNOWN}
        notices.omit_fields(name for name in request.extra if name not in _KNOWN)
        encoded = encode_request(
            msgspec.structs.replace(request, messages=messages, extra=known), self
        )
        body = encoded.body
        names = {result.call_id: result.name for result in results_in(messages)}
        body["messages"] = [_message(message, names) for message in body["messages"]]
        _drop_refused(body, notices)
        return Encoded(path=encoded.path, body=body, notices=(*notices.told(), *encoded.notices))

    def reply_decoder(self, request: ChatRequest, *, whole: bool) -> ReplyDecoder:
        """Return the decoder of one reply; it takes the prefix to continue out of it, once."""
        last = request.messages[-1] if request.messages else None
        continued = last is not None and last.role == "assistant" and last.prefix
        return ReplyDecoder(
            echo=last.text if last is not None and continued else "",
            inline_thinking=self.inline_thinking,
            reasoning_apart=self.reasoning_apart,
            whole=whole,
        )


def _drop_refused(body: dict[str, Any], notices: Notices) -> None:
    """Take out the two values Mistral answers with an error, which change nothing of the reply."""
    seed = body.get("random_seed")
    if isinstance(seed, int) and seed < 0:
        del body["random_seed"]
        notices.omit_setting("seed", "takes none below 0")
    if body.get("temperature") == 0 and body.get("top_p", 1) != 1:
        del body["top_p"]
        notices.omit_setting("top_p", "takes only 1 at temperature 0")


def _message(message: dict[str, Any], names: dict[str, str | None]) -> dict[str, Any]:
    """Return `message` with the parts Mistral writes differently, a tool's result with its name."""
    if message["role"] == "tool" and (name := names.get(message["tool_call_id"])):
        message["name"] = name
    content = message.get("content")
    # There is no field for a refusal: it goes back as the words it was.
    refusal = message.pop("refusal", None)
    if refusal and not content:
        content = message["content"] = refusal
    if isinstance(content, list):
        message["content"] = [_part(part) for part in content]
    elif content is None:
        message["content"] = ""
    return message


def _part(part: dict[str, Any]) -> dict[str, Any]:
    match part:
        case {"type": "image_url", "image_url": {"url": url, **rest}} if not rest:
            return {**part, "image_url": url}
        case {"type": "input_audio", "input_audio": {"data": data}}:
            return {**part, "input_audio": data}
        case {"type": "file", "file": {"file_id": file_id}}:
            return {"type": "file", "file_id": file_id}
        case {"type": "file", "file": {"file_data": url, **rest}}:
            named = {"document_name": rest["filename"]} if rest.get("filename") else {}
            return {"type": "document_url", "document_url": url, **named}
        case _:
            return part
