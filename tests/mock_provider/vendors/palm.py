"""The retired PaLM API, for proxies that still speak it: one JSON document, never a stream."""

from itertools import pairwise
from typing import Any, ClassVar

from mock_provider.connection import Request
from mock_provider.outputs import Output, whole
from mock_provider.replies import Asked, Reply, count_tokens
from mock_provider.vendors.google import GoogleApi
from mock_provider.vendors.vendor import Invalid, Routes, body_of

CATEGORIES = tuple(
    f"HARM_CATEGORY_{name}"
    for name in ("DEROGATORY", "TOXICITY", "VIOLENCE", "SEXUAL", "MEDICAL", "DANGEROUS")
)
MESSAGE_FIELDS = {"prompt", "temperature", "candidateCount", "topP", "topK"}
TEXT_FIELDS = MESSAGE_FIELDS | {"maxOutputTokens", "stopSequences", "safetySettings"}


class Palm(GoogleApi):
    """generateMessage and generateText below `/palm/v1beta2`."""

    name = "palm"
    prefix = "/palm"
    routes: ClassVar[Routes] = (
        ("GET", r"/v1beta2/models", "list_models"),
        ("POST", r"/v1beta2/models/(.+):generateMessage", "say"),
        ("POST", r"/v1beta2/models/(.+):generateText", "write"),
        ("POST", r"/v1beta2/models/(.+):countMessageTokens", "count"),
    )
    models: ClassVar[tuple[str, ...]] = ("chat-bison-001", "text-bison-001", "embedding-gecko-001")

    def list_models(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        ids = self.listed(request)
        size = min(int(request.query.get("pageSize") or 50), 1000)
        start = int(request.query.get("pageToken") or 0)
        cards = [card(model) for model in ids[start : start + size]]
        beside = {"nextPageToken": str(start + size)} if start + size < len(ids) else {}
        return self.as_list(request, "models", cards, **beside)

    def no_such_model(self, model: str) -> Output:
        return self.error(404, f"Requested entity was not found: models/{model}")

    def say(self, request: Request, found: Any) -> Output:
        body = self._admitted(request, found[1], MESSAGE_FIELDS)
        messages = _messages(body)
        asked = _asked(body, found[1], messages)
        reply = self.state.reply_to(asked)
        author = "0" if messages[-1]["author"] == "1" else "1"
        value: dict[str, Any] = {"messages": messages}
        if reply.finish == "content_filter" or reply.refusal:
            value["filters"] = [{"reason": "SAFETY", "message": "blocked by the mock"}]
        else:
            said = [
                f"{reply.whole_text}{f' ({at + 1})' if at else ''}" for at in range(asked.choices)
            ]
            value["candidates"] = [{"author": author, "content": text} for text in said]
        return _with_fault(whole(value), reply)

    def write(self, request: Request, found: Any) -> Output:
        body = self._admitted(request, found[1], TEXT_FIELDS)
        text = (body.get("prompt") or {}).get("text")
        if not text:
            raise Invalid("* GenerateTextRequest.prompt.text: must not be empty")
        if len(body.get("stopSequences") or ()) > 5:
            raise Invalid("* GenerateTextRequest.stop_sequences: at most 5")
        for setting in body.get("safetySettings") or ():
            if setting.get("category") not in CATEGORIES:
                raise Invalid(f"Invalid value at 'safety_settings[0].category': {setting}")
        asked = _asked(body, found[1], [{"author": "0", "content": text}])
        reply = self.state.reply_to(asked)
        if reply.finish == "content_filter" or reply.refusal:
            return _with_fault(whole({"filters": [{"reason": "SAFETY"}]}), reply)
        ratings = [{"category": name, "probability": "NEGLIGIBLE"} for name in CATEGORIES]
        candidate = {"output": reply.whole_text, "safetyRatings": ratings}
        return _with_fault(whole({"candidates": [candidate] * asked.choices}), reply)

    def count(self, request: Request, found: Any) -> Output:
        body = self._admitted(request, found[1], {"prompt"})
        text = "".join(message["content"] for message in _messages(body))
        return whole({"tokenCount": count_tokens(text)})

    def _admitted(self, request: Request, model: str, fields: set[str]) -> dict[str, Any]:
        self.admit(request, paid=True)
        body = body_of(request)
        for name in body.keys() - fields:
            raise Invalid(
                f'Invalid JSON payload received. Unknown name "{name}": Cannot find field.'
            )
        if not 0 <= (body.get("temperature") or 0) <= 1:
            raise Invalid("* temperature: must be in the range [0.0, 1.0].")
        if not 1 <= (body.get("candidateCount") or 1) <= 8:
            raise Invalid("* candidate_count: must be in the range [1, 8].")
        if not self.knows(model):
            raise Invalid(f"Requested entity was not found: models/{model}", status=404)
        return body


def card(model: str) -> dict[str, Any]:
    """Return what the list says about `model`."""
    methods = ["generateMessage", "countMessageTokens", "generateText"]
    if model == "chat-bison-001":
        methods = methods[:2]
    elif model == "text-bison-001":
        methods = methods[2:]
    elif model == "embedding-gecko-001":
        methods = ["embedText"]
    return {
        "name": f"models/{model}",
        "version": "001",
        "displayName": model,
        "description": "A model of the mock.",
        "inputTokenLimit": 8196,
        "outputTokenLimit": 1024,
        "supportedGenerationMethods": methods,
        "temperature": 0.25,
        "topP": 0.95,
        "topK": 40,
    }


def _messages(body: dict[str, Any]) -> list[dict[str, Any]]:
    messages = (body.get("prompt") or {}).get("messages")
    if not isinstance(messages, list) or not messages:
        raise Invalid("* GenerateMessageRequest.prompt.messages: must not be empty")
    for at, message in enumerate(messages):
        if not isinstance(message.get("content"), str) or not message["content"]:
            raise Invalid(f"* GenerateMessageRequest.prompt.messages[{at}].content: is required")
    authors = [message.get("author", "0") for message in messages]
    if any(one == next_ for one, next_ in pairwise(authors)):
        raise Invalid("Messages must alternate between authors.")
    return [
        {**message, "author": author} for message, author in zip(messages, authors, strict=True)
    ]


def _asked(body: dict[str, Any], model: str, messages: list[dict[str, Any]]) -> Asked:
    first = messages[-1]["author"]
    turns = [
        ("user" if message["author"] == first else "assistant", message["content"])
        for message in messages
    ]
    context = (body.get("prompt") or {}).get("context")
    return Asked(
        model=model,
        turns=((("system", context),) if context else ()) + tuple(turns),
        choices=body.get("candidateCount") or 1,
        stops=tuple(body.get("stopSequences") or ()),
        max_tokens=body.get("maxOutputTokens"),
        body=body,
    )


def _with_fault(output: Output, reply: Reply) -> Output:
    return Output(
        status=output.status,
        headers=output.headers,
        pieces=output.pieces,
        delay=reply.pause * len(reply.deltas),
        faults=tuple(fault for fault in reply.fault.split("+") if fault),
    )
