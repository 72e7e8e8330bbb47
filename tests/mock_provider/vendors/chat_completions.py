"""The Chat Completions wire format: read requests, write answers. Vendors differ by its fields."""

import time
from collections.abc import Iterator
from typing import Any, ClassVar

from mock_provider.behaviours import numbered, read_data_url
from mock_provider.connection import Request
from mock_provider.outputs import DONE, Output, Piece, event, whole
from mock_provider.replies import Asked, Picture, Reply, Tool, ToolUse, count_tokens, cut_arguments
from mock_provider.vendors import chat_checks
from mock_provider.vendors.text_completions import TextCompletions
from mock_provider.vendors.vendor import Invalid, Routes, Vendor, body_of

CREATED = 1_790_000_000


class ChatCompletions(Vendor):
    """OpenAI's format; a vendor that speaks it says in fields and small methods what differs."""

    routes: ClassVar[Routes] = (
        ("GET", r"/v1/models", "list_models"),
        ("GET", r"/v1/models/(.+)", "show_model"),
        ("POST", r"/v1/chat/completions", "chat"),
    )
    owner: ClassVar[str] = "system"
    reasoning_field: ClassVar[str | None] = "reasoning_content"
    unknown_fields_refused: ClassVar[bool] = False
    usage_always: ClassVar[bool] = False
    reasoning_apart: ClassVar[bool] = False
    fingerprint: ClassVar[str | None] = "fp_mock"
    id_prefix: ClassVar[str] = "chatcmpl-"

    def error(
        self,
        status: int,
        message: str,
        *,
        code: str | int | None = None,
        kind: str | None = None,
        param: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Output:
        said = {"message": message, "type": kind or _kind(status), "param": param, "code": code}
        return whole({"error": said}, status=status, headers=headers)

    def error_event(self, message: str) -> Piece:
        said = {"message": message, "type": "server_error", "param": None, "code": "server_error"}
        return event({"error": said}, "end")

    def unknown_event(self) -> Piece:
        return event({"object": "chat.completion.novelty", "id": "x", "choices": [], "new": [1]})

    # Models -------------------------------------------------------------------------------

    def list_models(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        cards = [self.card(model) for model in self.listed(request)]
        return self.as_list(request, "data", cards, object="list")

    def show_model(self, request: Request, found: Any) -> Output:
        self.admit(request, paid=False)
        return whole(self.card(found[1])) if self.knows(found[1]) else self.no_such_model(found[1])

    def card(self, model: str) -> dict[str, Any]:
        """Return what the list says about `model`."""
        return {"id": model, "object": "model", "created": CREATED, "owned_by": self.owner}

    def no_such_model(self, model: str) -> Output:
        return self.error(
            404,
            f"The model `{model}` does not exist or you do not have access to it.",
            code="model_not_found",
            kind="invalid_request_error",
        )

    # Chat ---------------------------------------------------------------------------------

    def chat(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=True)
        body = body_of(request)
        model = body.get("model")
        if not isinstance(model, str) or not model:
            raise Invalid("you must provide a model parameter")
        if not self.knows(model):
            return self.no_such_model(model)
        self.check(body)
        return self.reply(self.read(body))

    def text(self, request: Request, _found: Any) -> Output:
        return TextCompletions(self).respond(request)

    def check(self, body: dict[str, Any]) -> None:
        """Raise `Invalid` for what this vendor refuses."""
        if self.unknown_fields_refused:
            chat_checks.check_fields(body)
        chat_checks.check_values(body)
        chat_checks.check_messages(body.get("messages"), strict=self.unknown_fields_refused)
        chat_checks.check_tools(body)

    def read(self, body: dict[str, Any]) -> Asked:
        """Return what is asked, of a body that passed the checks."""
        messages = body["messages"]
        schema, json_mode = _read_format(body.get("response_format") or {})
        stop = body.get("stop") or ()
        return Asked(
            model=body["model"],
            stream=bool(body.get("stream")),
            turns=tuple((message["role"], text_of(message.get("content"))) for message in messages),
            tools=tuple(_read_tools(body)),
            forced_tool=_read_choice(body),
            tool_result=_last_result(messages),
            schema=schema,
            json_mode=json_mode,
            pictures=tuple(_read_pictures(messages)),
            choices=body.get("n") or 1,
            logprobs=bool(body.get("logprobs")),
            stops=(stop,) if isinstance(stop, str) else tuple(stop),
            max_tokens=body.get("max_completion_tokens") or body.get("max_tokens"),
            include_usage=bool((body.get("stream_options") or {}).get("include_usage")),
            body=body,
        )

    # Answers ------------------------------------------------------------------------------

    def document_of(self, reply: Reply, asked: Asked) -> Any:
        choices = [
            self.choice(at, "message", self.message(reply, asked, at), reply, asked)
            for at in range(asked.choices)
        ]
        return {
            **self._head("chat.completion", asked),
            "choices": choices,
            "usage": self.usage(reply, asked),
        }

    def pieces_of(self, reply: Reply, asked: Asked) -> Iterator[Piece]:
        head = self._head("chat.completion.chunk", asked)
        nothing = {"usage": None} if asked.include_usage and not self.usage_always else {}

        def chunk(at: int, delta: dict[str, Any], **beside: Any) -> dict[str, Any]:
            choice = {"index": at, "delta": delta, "finish_reason": None, **beside}
            return {**head, "choices": [choice], **nothing}

        numbers = range(asked.choices)
        for at in numbers:
            yield event(chunk(at, self.first_delta()), "open")
        for delta, logprobs, at in self.deltas(reply, asked):
            beside = {"logprobs": logprobs} if logprobs else {}
            yield event(chunk(at, delta, **beside))
        for at in numbers:
            last = chunk(at, {}, **self.ending(reply))
            if self.usage_always and at == asked.choices - 1:
                last["usage"] = self.usage(reply, asked)
            yield event(last, "end")
        if asked.include_usage and not self.usage_always:
            yield event({**head, "choices": [], "usage": self.usage(reply, asked)}, "end")
        yield DONE

    def first_delta(self) -> dict[str, Any]:
        return {"role": "assistant", "content": "", "refusal": None}

    def deltas(
        self, reply: Reply, asked: Asked
    ) -> Iterator[tuple[dict[str, Any], dict[str, Any] | None, int]]:
        """Yield (delta, logprobs, choice); the choices take turns."""
        numbers = range(asked.choices)
        for thought in self.visible_thoughts(reply):
            for at in numbers:
                yield self.thought_delta(thought), None, at
        lines = [numbered(reply.deltas, at) for at in numbers]
        for place in range(max(len(line) for line in lines)):
            for at in numbers:
                if place < len(lines[at]):
                    word = lines[at][place]
                    yield {"content": word}, _logprobs([word]) if asked.logprobs else None, at
        if reply.refusal:
            yield from (({"refusal": word}, None, 0) for word in reply.refusal.split(" "))
        for number, call in enumerate(reply.tool_calls):
            for fragment in self.call_deltas(number, call):
                yield {"tool_calls": [fragment]}, None, 0
        if reply.images:
            yield {"images": _images(reply)}, None, 0

    def call_deltas(self, number: int, call: ToolUse) -> Iterator[dict[str, Any]]:
        """Yield a tool call in fragments: first its name, then its arguments piece by piece."""
        yield {"index": number, **self.tool_call(number, call, arguments="")}
        for part in cut_arguments(call.arguments):
            yield {"index": number, "function": {"arguments": part}}

    def tool_call(self, number: int, call: ToolUse, *, arguments: str) -> dict[str, Any]:
        return {
            "id": call.id or f"call_mock{number}",
            "type": "function",
            "function": {"name": call.name, "arguments": arguments},
        }

    def visible_thoughts(self, reply: Reply) -> tuple[str, ...]:
        """Return the thinking this vendor shows."""
        return reply.thoughts if self.reasoning_field and not reply.sealed else ()

    def thought_delta(self, thought: str) -> dict[str, Any]:
        return {str(self.reasoning_field): thought}

    def message(self, reply: Reply, asked: Asked, at: int) -> dict[str, Any]:
        """Return the whole message of choice `at`."""
        text = "".join(numbered(reply.deltas, at))
        silent = reply.tool_calls or reply.refusal
        said: dict[str, Any] = {
            "role": "assistant",
            "content": None if silent and not text else text,
            "refusal": reply.refusal or None,
            "annotations": [],
        }
        if self.visible_thoughts(reply):
            said |= self.thought_delta(reply.whole_reasoning)
        if reply.tool_calls:
            said["tool_calls"] = [
                self.tool_call(number, call, arguments=call.arguments)
                for number, call in enumerate(reply.tool_calls)
            ]
        if reply.images:
            said["images"] = _images(reply)
        return said

    def choice(
        self, at: int, place: str, message: dict[str, Any], reply: Reply, asked: Asked
    ) -> dict[str, Any]:
        logprobs = _logprobs(list(numbered(reply.deltas, at))) if asked.logprobs else None
        return {"index": at, place: message, "logprobs": logprobs, **self.ending(reply)}

    def ending(self, reply: Reply) -> dict[str, Any]:
        return {"finish_reason": reply.finish}

    def usage(self, reply: Reply, asked: Asked) -> dict[str, Any]:
        spent = reply.answer_tokens * asked.choices
        thought = reply.reasoning_tokens
        completion = spent if self.reasoning_apart else spent + thought
        return {
            "prompt_tokens": asked.prompt_tokens,
            "completion_tokens": completion,
            "total_tokens": asked.prompt_tokens + spent + thought,
            "prompt_tokens_details": {"cached_tokens": reply.cached, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": thought, "audio_tokens": 0},
        }

    def _head(self, kind: str, asked: Asked) -> dict[str, Any]:
        head: dict[str, Any] = {
            "id": f"{self.id_prefix}mock{count_tokens(asked.last_user)}",
            "object": kind,
            "created": int(time.time()),
            "model": asked.model,
        }
        if self.fingerprint:
            head["system_fingerprint"] = self.fingerprint
        return head


def text_of(content: Any) -> str:
    """Return the words of a message's content, a string or parts."""
    if isinstance(content, list):
        return "".join(part.get("text") or "" for part in content if isinstance(part, dict))
    return content or ""


def _kind(status: int) -> str:
    if status == 429:
        return "rate_limit_exceeded"
    if status == 403:
        return "permission_error"
    return "invalid_request_error" if status < 500 else "server_error"


def _read_format(wanted: dict[str, Any]) -> tuple[dict[str, Any] | None, bool]:
    if wanted.get("type") == "json_schema":
        return wanted["json_schema"].get("schema") or {}, True
    return wanted.get("schema"), wanted.get("type") == "json_object"


def _read_tools(body: dict[str, Any]) -> Iterator[Tool]:
    if body.get("tool_choice") == "none":
        return
    for tool in body.get("tools") or ():
        function = tool.get("function") or tool.get("custom") or {}
        yield Tool(function["name"], function.get("parameters") or {})


def _read_choice(body: dict[str, Any]) -> str | None:
    choice = body.get("tool_choice")
    if isinstance(choice, dict):
        return str(choice.get("function", {}).get("name") or "") or None
    return body["tools"][0]["function"]["name"] if choice in {"required", "any"} else None


def _last_result(messages: list[dict[str, Any]]) -> str | None:
    last = messages[-1]
    return text_of(last.get("content")) if last["role"] == "tool" else None


def _read_pictures(messages: list[dict[str, Any]]) -> Iterator[Picture]:
    for message in messages:
        for part in message["content"] if isinstance(message.get("content"), list) else ():
            if part.get("type") == "image_url":
                image = part["image_url"]
                url = image if isinstance(image, str) else image["url"]
                try:
                    yield read_data_url(url)
                except ValueError:
                    raise Invalid("Invalid base64 image_url.", code="invalid_base64") from None


def _logprobs(words: list[str]) -> dict[str, Any]:
    content = [
        {
            "token": word,
            "logprob": -0.25,
            "bytes": list(word.encode()),
            "top_logprobs": [{"token": word, "logprob": -0.25, "bytes": list(word.encode())}],
        }
        for word in words
    ]
    return {"content": content, "refusal": None}


def _images(reply: Reply) -> list[dict[str, Any]]:
    return [
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{image}"}}
        for image in reply.images
    ]
