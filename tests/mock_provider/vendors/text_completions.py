"""OpenAI's text completions: raw text continued, by vendors that have them beside their chats."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from mock_provider.behaviours import numbered
from mock_provider.connection import Request
from mock_provider.outputs import DONE, Output, Piece, event, stream, whole
from mock_provider.replies import Asked, Reply, words
from mock_provider.vendors.chat_checks import check_values
from mock_provider.vendors.openai_responses import paced
from mock_provider.vendors.vendor import Invalid, body_of

if TYPE_CHECKING:
    from mock_provider.vendors.chat_completions import ChatCompletions

FIELDS = words(
    "model prompt best_of echo frequency_penalty logit_bias logprobs max_tokens n "
    "presence_penalty seed stop stream stream_options suffix temperature top_p user"
)


class TextCompletions:
    """Answers `/completions` for a vendor. Its model echoes the prompt, or does what it names."""

    def __init__(self, vendor: "ChatCompletions") -> None:
        self.vendor = vendor

    def respond(self, request: Request) -> Output:
        self.vendor.admit(request, paid=True)
        body = body_of(request)
        model = body.get("model")
        if not isinstance(model, str) or not model:
            raise Invalid("you must provide a model parameter")
        if not self.vendor.knows(model):
            return self.vendor.no_such_model(model)
        check(body, strict=self.vendor.unknown_fields_refused)
        asked = [read(body, prompt) for prompt in prompts_of(body["prompt"])]
        replies = [self.vendor.state.reply_to(each) for each in asked]
        if asked[0].stream:
            output = stream(paced(self.pieces_of(replies, asked), replies[0].pause))
        else:
            output = whole(
                self.document_of(replies, asked), delay=replies[0].pause * len(replies[0].deltas)
            )
        faults = tuple(fault for fault in replies[0].fault.split("+") if fault)
        headers = output.headers | self.vendor.extra_headers()
        return replace(output, headers=headers, faults=faults)

    def document_of(self, replies: list[Reply], asked: list[Asked]) -> dict[str, Any]:
        choices = [
            choice(at, "".join(deltas), reply.finish, listed(deltas) if each.logprobs else None)
            for at, deltas, reply, each in said(replies, asked)
        ]
        return head(asked[0]) | {"choices": choices, "usage": self.usage(replies, asked)}

    def pieces_of(self, replies: list[Reply], asked: list[Asked]) -> Iterator[Piece]:
        first = head(asked[0])
        nothing = {"usage": None} if asked[0].include_usage else {}
        for at, deltas, reply, each in said(replies, asked):
            offset = 0
            for delta in deltas:
                logprobs = listed((delta,), offset) if each.logprobs else None
                yield event(first | {"choices": [choice(at, delta, None, logprobs)]} | nothing)
                offset += len(delta)
            yield event(first | {"choices": [choice(at, "", reply.finish, None)]} | nothing, "end")
        if asked[0].include_usage:
            yield event(first | {"choices": [], "usage": self.usage(replies, asked)}, "end")
        yield DONE

    def usage(self, replies: list[Reply], asked: list[Asked]) -> dict[str, int]:
        read_ = sum(each.prompt_tokens for each in asked)
        written = sum(
            reply.answer_tokens * each.choices for reply, each in zip(replies, asked, strict=True)
        )
        return {
            "prompt_tokens": read_,
            "completion_tokens": written,
            "total_tokens": read_ + written,
        }


def check(body: dict[str, Any], *, strict: bool) -> None:
    """Refuse what the endpoint refuses; `strict` also refuses unknown fields."""
    for name in body if strict else ():
        if name not in FIELDS:
            raise Invalid(f"Unrecognized request argument supplied: {name}", param=name)
    if not prompts_of(body.get("prompt")):
        raise Invalid("'$.prompt' is invalid. Please check the API reference.", param="prompt")
    logprobs = body.get("logprobs")
    if logprobs is not None and (type(logprobs) is not int or not 0 <= logprobs <= 5):
        raise Invalid(f"Invalid value for 'logprobs': {logprobs!r}.", param="logprobs")
    check_values({name: value for name, value in body.items() if name != "top_logprobs"})
    if strict and not is_for_text(body["model"]):
        raise Invalid(
            "This is a chat model and not supported in the v1/completions endpoint. Did you mean "
            "to use v1/chat/completions?",
            status=404,
            param="model",
        )


def is_for_text(model: str) -> bool:
    """Whether OpenAI's `model` still continues raw text; behaviours of the mock do."""
    return not model.startswith(("gpt-", "o3", "chatgpt-")) or "instruct" in model


def prompts_of(prompt: Any) -> list[str]:
    """Return the prompts as text, where they are any; a token `7` reads as `t7 `."""
    if isinstance(prompt, str):
        return [prompt]
    if not isinstance(prompt, list) or not prompt:
        return []
    if all(type(token) is int for token in prompt):
        return ["".join(f"t{token} " for token in prompt)]
    several = [prompts_of(each) for each in prompt]
    return [text for each in several for text in each] if all(several) else []


def read(body: dict[str, Any], prompt: str) -> Asked:
    """Return what is asked of one prompt, of a body that passed the checks."""
    stop = body.get("stop") or ()
    return Asked(
        model=body["model"],
        stream=bool(body.get("stream")),
        turns=(("user", prompt),),
        choices=body.get("n") or 1,
        logprobs=body.get("logprobs") is not None,
        stops=(stop,) if isinstance(stop, str) else tuple(stop),
        max_tokens=body.get("max_tokens"),
        prefix=prompt if body.get("echo") else "",
        include_usage=bool((body.get("stream_options") or {}).get("include_usage")),
        body=body,
    )


def said(
    replies: list[Reply], asked: list[Asked]
) -> Iterator[tuple[int, tuple[str, ...], Reply, Asked]]:
    """Yield each choice: its number, its words, and the reply and request it belongs to."""
    for place, (reply, each) in enumerate(zip(replies, asked, strict=True)):
        for alternative in range(each.choices):
            deltas = numbered(reply.deltas, alternative)
            if each.prefix:
                deltas = (each.prefix, *deltas)
            yield place * each.choices + alternative, deltas, reply, each


def choice(
    index: int, text: str, finish: str | None, logprobs: dict[str, Any] | None
) -> dict[str, Any]:
    return {"text": text, "index": index, "logprobs": logprobs, "finish_reason": finish}


def listed(deltas: tuple[str, ...], offset: int = 0) -> dict[str, Any]:
    """Return the lists that tell how likely each delta was, of which the first stands at
    `offset`.
    """
    offsets = [offset + sum(map(len, deltas[:at])) for at in range(len(deltas))]
    return {
        "tokens": list(deltas),
        "token_logprobs": [-0.25 for _ in deltas],
        "top_logprobs": [{delta: -0.25} for delta in deltas],
        "text_offset": offsets,
    }


def head(asked: Asked) -> dict[str, Any]:
    return {
        "id": "cmpl-mock",
        "object": "text_completion",
        "created": int(time.time()),
        "model": asked.model,
    }
