"""Google's generateContent, as AI Studio has it: key in a header or the query, paged model list."""

from collections.abc import Iterator
from typing import Any, ClassVar

import msgspec

from mock_provider.behaviours import numbered, read_base64
from mock_provider.connection import Request
from mock_provider.keys import Standing
from mock_provider.outputs import Output, Piece, event, whole
from mock_provider.replies import Asked, Picture, Reply, Tool, cut
from mock_provider.vendors import google_checks
from mock_provider.vendors.vendor import Invalid, Routes, Vendor, body_of

STATUSES = {
    400: "INVALID_ARGUMENT",
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED",
    499: "CANCELLED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
    504: "DEADLINE_EXCEEDED",
}
FINISHES = {
    "stop": "STOP",
    "tool_calls": "STOP",
    "length": "MAX_TOKENS",
    "content_filter": "SAFETY",
}


class GoogleApi(Vendor):
    """What all of Google's model APIs share: the google.rpc error envelope and the keys."""

    stream_type = "text/event-stream"

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
        return whole(error_of(status, message, reason=code), status=status, headers=headers)

    def error_event(self, message: str) -> Piece:
        return event(error_of(503, message), "end")

    def unknown_event(self) -> Piece:
        return event({"novelty": {"x": 1}})

    def key_of(self, request: Request) -> str | None:
        return request.headers.get("x-goog-api-key") or request.query.get("key")

    def no_such_path(self, request: Request) -> Output:
        return Output(
            status=404,
            headers={"content-type": "text/html; charset=UTF-8"},
            pieces=(
                Piece(b"<!DOCTYPE html><html lang=en><title>Error 404 (Not Found)!!1</title>"),
            ),
        )

    def key_error(self, standing: Standing, key: str) -> Output:
        match standing:
            case "missing":
                return self.error(
                    403,
                    "Method doesn't allow unregistered callers (callers without established "
                    "identity). Please use API Key or other form of API consumer identity to call "
                    "this API.",
                )
            case "no_credit" | "rate_limited":
                return whole(_exhausted(), status=429)
            case "no_scope":
                return self.error(
                    403,
                    "Requests to this API generativelanguage.googleapis.com method "
                    "google.ai.generativelanguage.v1beta.ModelService.ListModels are blocked.",
                )
        return self.error(
            400, "API key not valid. Please pass a valid API key.", code="API_KEY_INVALID"
        )


def error_of(status: int, message: str, *, reason: str | int | None = None) -> dict[str, Any]:
    """Return the google.rpc envelope."""
    said: dict[str, Any] = {
        "code": status,
        "message": message,
        "status": STATUSES.get(status, "UNKNOWN"),
    }
    if reason:
        said["details"] = [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": reason,
                "domain": "googleapis.com",
                "metadata": {"service": "generativelanguage.googleapis.com"},
            }
        ]
    return {"error": said}


def _exhausted() -> dict[str, Any]:
    value = error_of(
        429,
        "You exceeded your current quota, please check your plan and billing details. For more "
        "information on this error, head to: https://ai.google.dev/gemini-api/docs/rate-limits.",
    )
    value["error"]["details"] = [
        {"@type": "type.googleapis.com/google.rpc.QuotaFailure", "violations": []},
        {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "46s"},
    ]
    return value


class Google(GoogleApi):
    """generateContent at `/google/v1beta/models/M:generateContent`."""

    name = "google"
    prefix = "/google"
    routes: ClassVar[Routes] = (
        ("GET", r"/v1(?:beta)?/models", "list_models"),
        ("GET", r"/v1(?:beta)?/models/([^:]+)", "show_model"),
        ("POST", r"/v1(?:beta)?/(?:models|tunedModels)/(.+):(\w+)", "act"),
    )
    models: ClassVar[tuple[str, ...]] = (
        "gemini-3.8-flash",
        "gemini-3.5-flash",
        "gemini-3.1-pro-preview",
        "gemini-2.5-flash",
        "gemini-4-argon",
    )
    families = r"(gemini|gemma|learnlm)-[\w.-]+"

    def list_models(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        ids = self.listed(request)
        size = min(int(request.query.get("pageSize") or 50), 1000)
        start = int(request.query.get("pageToken") or 0)
        cards = [self.card(model) for model in ids[start : start + size]]
        beside = {"nextPageToken": str(start + size)} if start + size < len(ids) else {}
        return self.as_list(request, "models", cards, **beside)

    def show_model(self, request: Request, found: Any) -> Output:
        self.admit(request, paid=False)
        return whole(self.card(found[1])) if self.knows(found[1]) else self.no_such_model(found[1])

    def card(self, model: str) -> dict[str, Any]:
        return {
            "name": f"models/{model}",
            "version": "001",
            "displayName": model.replace("-", " ").title(),
            "description": "A model of the mock.",
            "inputTokenLimit": 1_048_576,
            "outputTokenLimit": 65_536,
            "supportedGenerationMethods": ["generateContent", "countTokens"],
            "temperature": 1,
            "maxTemperature": 2,
            "topP": 0.95,
            "topK": 64,
            "thinking": True,
        }

    def no_such_model(self, model: str) -> Output:
        return self.error(
            404,
            f"models/{model} is not found for API version v1beta, or is not supported for "
            "generateContent. Call ListModels to see the list of available models and their "
            "supported methods.",
        )

    def act(self, request: Request, found: Any) -> Output:
        self.admit(request, paid=True)
        return self.generate(request, found[1], found[2])

    def generate(self, request: Request, model: str, method: str) -> Output:
        """Do `method` with `model`."""
        if not self.knows(model):
            return self.no_such_model(model)
        body = google_checks.in_camel_case(body_of(request))
        if method == "countTokens":
            inner = body.get("generateContentRequest", body)
            google_checks.check_contents(inner.get("contents"), model)
            return whole({"totalTokens": read(inner, model, stream=False).prompt_tokens})
        if method not in {"generateContent", "streamGenerateContent"}:
            return self.no_such_path(request)
        self.check(body, model)
        asked = read(body, model, stream=method == "streamGenerateContent")
        if asked.stream and request.query.get("alt") != "sse":
            return _as_array(self.reply(asked))
        return self.reply(asked)

    def check(self, body: dict[str, Any], model: str) -> None:
        """Raise `Invalid` for what this API refuses."""
        google_checks.check(body, model)

    def document_of(self, reply: Reply, asked: Asked) -> Any:
        return self._answer(reply, asked, self._parts(reply, streamed=False), last=True)

    def pieces_of(self, reply: Reply, asked: Asked) -> Iterator[Piece]:
        blocked = reply.finish == "content_filter" and not reply.deltas
        parts = [] if blocked else self._parts(reply, streamed=True)
        for part in parts[:-1]:
            yield event(self._answer(reply, asked, [part], last=False))
        yield event(self._answer(reply, asked, parts[-1:], last=True), "end")

    def _parts(self, reply: Reply, *, streamed: bool) -> list[dict[str, Any]]:
        signature = google_checks.sign(reply.whole_reasoning) if reply.reasoning else None
        signed: dict[str, Any] = {"thoughtSignature": signature} if signature else {}
        thoughts = () if reply.sealed else reply.thoughts
        words = reply.deltas
        if not streamed:
            thoughts = ("".join(thoughts),) if thoughts else ()
            words = ("".join(words),) if words else ()
        parts: list[dict[str, Any]] = [{"text": text, "thought": True} for text in thoughts]
        parts += [{"text": text} for text in words]
        parts += [
            {"inlineData": {"mimeType": "image/png", "data": image}} for image in reply.images
        ]
        for number, call in enumerate(reply.tool_calls):
            part: dict[str, Any] = {
                "functionCall": {
                    "id": call.id or f"fc-mock{number}",
                    "name": call.name,
                    "args": msgspec.json.decode(call.arguments or "{}"),
                }
            }
            # Google signs the first call of a turn, and no call without thinking is replayable.
            parts.append(
                part | ({"thoughtSignature": google_checks.sign("call")} if number == 0 else {})
            )
        if signed and not reply.tool_calls:
            parts = (
                [*parts, {"text": "", **signed}] if streamed else [*parts[:-1], parts[-1] | signed]
            )
        return parts or [{"text": reply.refusal}]

    def _answer(
        self, reply: Reply, asked: Asked, parts: list[dict[str, Any]], *, last: bool
    ) -> dict[str, Any]:
        value: dict[str, Any] = {
            "usageMetadata": usage(reply, asked, last=last),
            "modelVersion": asked.model,
            "responseId": "mock-response",
        }
        if reply.finish == "content_filter" and not reply.whole_text:
            return {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, **value}
        finish = {"finishReason": FINISHES[reply.finish]} if last else {}
        candidates = []
        for at in range(asked.choices):
            said = parts
            if at and last and parts and "text" in parts[-1]:
                text = "".join(numbered((parts[-1]["text"],), at))
                said = [*parts[:-1], {"text": text}]
            content = {"role": "model", "parts": said}
            beside = _logprobs(said) if asked.logprobs else {}
            candidates.append({"content": content, **beside, **finish, "index": at})
        return {"candidates": candidates, **value}


def _logprobs(parts: list[dict[str, Any]]) -> dict[str, Any]:
    chosen = [
        {"token": word, "tokenId": 7, "logProbability": -0.25}
        for part in parts
        if part.get("text") and not part.get("thought")
        for word in cut(part["text"])
    ]
    if not chosen:
        return {}
    ranked = [{"candidates": [token]} for token in chosen]
    return {"logprobsResult": {"chosenCandidates": chosen, "topCandidates": ranked}}


def _as_array(output: Output) -> Output:
    """Return a stream as one JSON array, as it comes without `alt=sse`."""

    def pieces() -> Iterator[Piece]:
        before = b"["
        for piece in output.pieces:
            yield piece._replace(data=before + piece.data.removeprefix(b"data: ").rstrip())
            before = b",\r\n"
        yield Piece(b"]", "end")

    return Output(
        headers=output.headers | {"content-type": "application/json; charset=UTF-8"},
        pieces=pieces(),
        framing="chunked",
        faults=output.faults,
    )


def usage(reply: Reply, asked: Asked, *, last: bool) -> dict[str, Any]:
    """Count as Google does: thoughts beside the candidates' tokens."""
    spent = reply.answer_tokens * asked.choices if last else 1
    counted: dict[str, Any] = {
        "promptTokenCount": asked.prompt_tokens,
        "candidatesTokenCount": spent,
        "totalTokenCount": asked.prompt_tokens + spent + reply.reasoning_tokens,
        "promptTokensDetails": [{"modality": "TEXT", "tokenCount": asked.prompt_tokens}],
    }
    if reply.reasoning:
        counted["thoughtsTokenCount"] = reply.reasoning_tokens
    if reply.cached:
        counted["cachedContentTokenCount"] = reply.cached
    return counted


def read(body: dict[str, Any], model: str, *, stream: bool) -> Asked:
    """Return what is asked, of a body that passed the checks."""
    contents = body["contents"]
    settings = body.get("generationConfig") or {}
    turns = [(content.get("role", "user"), _text_of(content["parts"])) for content in contents]
    if body.get("systemInstruction"):
        turns.insert(0, ("system", _text_of(body["systemInstruction"]["parts"])))
    calling = (body.get("toolConfig") or {}).get("functionCallingConfig") or {}
    tools = tuple(
        Tool(
            function["name"],
            function.get("parametersJsonSchema") or function.get("parameters") or {},
        )
        for tool in body.get("tools") or ()
        for function in tool.get("functionDeclarations") or ()
        if calling.get("mode") != "NONE"
    )
    forced = None
    if calling.get("mode") == "ANY" and tools:
        forced = next(iter(calling.get("allowedFunctionNames") or ()), tools[0].name)
    return Asked(
        model=model,
        stream=stream,
        turns=tuple(turns),
        tools=tools,
        forced_tool=forced,
        tool_result=_last_result(contents[-1]),
        schema=settings.get("responseJsonSchema") or settings.get("responseSchema"),
        json_mode=settings.get("responseMimeType") == "application/json",
        pictures=tuple(_pictures(contents)),
        choices=settings.get("candidateCount") or 1,
        logprobs=bool(settings.get("responseLogprobs")),
        stops=tuple(settings.get("stopSequences") or ()),
        max_tokens=settings.get("maxOutputTokens"),
        body=body,
    )


def _text_of(parts: list[dict[str, Any]]) -> str:
    return "".join(part.get("text") or "" for part in parts if not part.get("thought"))


def _last_result(content: dict[str, Any]) -> str | None:
    results = [part["functionResponse"] for part in content["parts"] if "functionResponse" in part]
    if not results:
        return None
    response = results[-1]["response"]
    said = response.get("output", response.get("result", response.get("error", response)))
    return said if isinstance(said, str) else msgspec.json.encode(said).decode()


def _pictures(contents: list[dict[str, Any]]) -> Iterator[Picture]:
    for content in contents:
        for part in content["parts"]:
            if "inlineData" in part:
                data = part["inlineData"]
                try:
                    yield read_base64(data["mimeType"], google_checks.plain(data["data"]))
                except ValueError:
                    raise Invalid("Base64 decoding failed for the inline data") from None
            elif "fileData" in part:
                yield Picture(url=part["fileData"]["fileUri"])
