"""What local servers answer, as their documentation says: lists, facts and errors."""

import json

import pytest

from scripted_transport import Scripted
from tapster.core.errors import Reason, SourceError
from tapster.core.messages import Message, Text, says
from tapster.core.requests import ChatRequest
from tapster.sources import Counted, find_source

ASKED = ChatRequest(model="m", messages=(says("user", "Hi"),))
OPENAI_CARD = {"id": "m", "object": "model", "created": 1, "owned_by": "x"}


def listing(*cards, **beside):
    return Scripted({"object": "list", "data": list(cards), **beside})


@pytest.mark.parametrize(
    ("server", "card", "context"),
    [
        ("vllm", {"max_model_len": 32_768, "root": "m", "parent": None}, 32_768),
        ("aphrodite", {"max_model_len": 8192}, 8192),
        ("tabbyapi", {"parameters": {"max_seq_len": 16_384, "cache_size": 1}}, 16_384),
        ("llamacpp", {"meta": {"n_ctx_train": 131_072, "n_params": 8_000_000_000}}, 131_072),
        ("llamacpp", {"meta": {"n_ctx_train": 131_072, "n_ctx": 4096}}, 4096),
        ("localai", {}, None),
    ],
)
async def test_the_context_is_read_where_the_list_has_it(script, server, card, context):
    link, _ = script(listing(OPENAI_CARD | card))

    (model,) = await find_source(server).models(link)

    assert (model.id, model.context) == ("m", context)


async def test_lm_studio_tells_more_in_its_own_list(script):
    own = [
        {"id": "qwen", "type": "llm", "state": "loaded", "max_context_length": 32_768}
        | {"loaded_context_length": 4096},
        {"id": "nomic", "type": "embeddings", "state": "not-loaded", "max_context_length": 2048},
    ]
    link, transport = script(
        listing(OPENAI_CARD | {"id": "qwen"}, OPENAI_CARD | {"id": "nomic"}), listing(*own)
    )

    (model,) = await find_source("lmstudio").models(link)

    assert (model.id, model.context, model.extra["state"]) == ("qwen", 4096, "loaded")
    assert [call.url for call in transport.calls] == [
        "http://127.0.0.1:1234/v1/models",
        "http://127.0.0.1:1234/api/v0/models",
    ]


async def test_litellm_tells_the_facts_of_its_models_beside_the_list(script):
    def deployment(name, **info):
        return {"model_name": name, "litellm_params": {"model": "x/y"}, "model_info": info}

    link, transport = script(
        listing(OPENAI_CARD | {"id": "a"}, OPENAI_CARD | {"id": "b"}),
        Scripted(
            {
                "data": [
                    deployment("a", max_input_tokens=200_000, supports_vision=True)
                    | {"max_output_tokens": 4096},
                    deployment("hidden", max_input_tokens=1),
                ]
            }
        ),
    )

    models = {model.id: model for model in await find_source("litellm").models(link)}

    assert transport.calls[1].url == "http://127.0.0.1:4000/v1/model/info"
    assert set(models) == {"a", "b"}
    assert (models["a"].context, models["a"].max_output) == (200_000, 4096)
    assert models["a"].inputs == ("text", "image")
    assert models["b"].context is None


@pytest.mark.parametrize(
    "refusal",
    [
        Scripted({"detail": "Not Found"}, status=404),
        Scripted({"error": {"message": "No access", "code": "403"}}, status=403),
        Scripted("<html>", status=200),
    ],
)
async def test_a_second_list_that_is_not_there_costs_nothing(script, refusal):
    link, _ = script(listing(OPENAI_CARD), refusal)

    assert [model.id for model in await find_source("litellm").models(link)] == ["m"]


@pytest.mark.parametrize(
    ("server", "calls"),
    [
        ("tabbyapi", ["/v1/auth/permission", "/v1/models"]),
        ("textgen", ["/v1/internal/model/info", "/v1/models"]),
        ("aphrodite", ["/health", "/v1/models"]),
        ("vllm", ["/health", "/v1/models"]),
        ("llamacpp", ["/health", "/v1/models"]),
        ("koboldcpp", ["/api/extra/version", "/v1/models"]),
        ("localai", ["/readyz", "/v1/models"]),
        ("litellm", ["/health/liveliness", "/v1/models", "/v1/model/info"]),
        ("lmstudio", ["/v1/models", "/api/v0/models"]),
    ],
)
@pytest.mark.parametrize("pasted", ["", "/", "/v1", "/v1/", "/v1/chat/completions"])
async def test_a_server_is_asked_at_its_root_whatever_was_pasted(script, server, calls, pasted):
    answers = [Scripted({"data": [OPENAI_CARD]})] * len(calls)
    link, transport = script(*answers, endpoint=f"http://here:9{pasted}", key=None)

    await find_source(server).probe(link)

    assert [call.url for call in transport.calls] == [f"http://here:9{path}" for path in calls]
    assert not any("authorization" in call.headers for call in transport.calls)


@pytest.mark.parametrize("server", ["tabbyapi", "textgen", "aphrodite", "llamacpp", "koboldcpp"])
async def test_raw_text_is_continued_at_the_same_root(script, server):
    link, transport = script(
        Scripted({"choices": [{"index": 0, "text": " there", "finish_reason": "stop"}]}),
        endpoint="http://here:9/v1",
    )
    raw = ChatRequest(model="m", messages=(), prompt="Hi", stream=False, extra={"min_p": 0.1})

    _ = [event async for event in find_source(server).stream(raw, link)]

    assert transport.calls[0].url == "http://here:9/v1/completions"
    assert transport.said()["min_p"] == 0.1


async def test_tabby_wants_its_key_in_a_header_of_its_own(script):
    link, transport = script(Scripted({"permission": "api"}), listing(OPENAI_CARD))

    probed = await find_source("tabbyapi").probe(link)

    assert probed.key_proved
    assert transport.calls[0].headers["x-api-key"] == link.key.reveal()
    assert "authorization" not in transport.calls[0].headers


def openai_error(message, **more):
    return {"error": {"message": message, "param": None, **more}}


@pytest.mark.parametrize(
    ("server", "status", "body", "reason", "words"),
    [
        ("tabbyapi", 401, {"detail": "Invalid API key"}, Reason.AUTH, "Invalid API key"),
        (
            "tabbyapi",
            422,
            {"detail": [{"loc": ["body", "frequency_penalty"], "msg": "must be at least 0"}]},
            Reason.INVALID,
            "must be at least 0 (body.frequency_penalty)",
        ),
        (
            "tabbyapi",
            503,
            {"detail": "No models are currently loaded."},
            Reason.NOT_FOUND,
            "No models are currently loaded.",
        ),
        (
            "tabbyapi",
            400,
            openai_error("Too long.", type="invalid_request_error", code="context_length_exceeded"),
            Reason.TOO_LARGE,
            "Too long.",
        ),
        ("textgen", 401, {"detail": "Unauthorized"}, Reason.AUTH, "Unauthorized"),
        ("textgen", 400, "Invalid host header", Reason.INVALID, "Invalid host header"),
        (
            "textgen",
            400,
            openai_error("Not that.", type="InvalidRequestError", code=None),
            Reason.INVALID,
            "Not that.",
        ),
        ("aphrodite", 401, {"error": "Unauthorized"}, Reason.AUTH, "Unauthorized"),
        (
            "vllm",
            400,
            openai_error(
                "This model's maximum context length is 4096 tokens.",
                type="BadRequestError",
                code=400,
            ),
            Reason.TOO_LARGE,
            "maximum context length",
        ),
        (
            "vllm",
            404,
            openai_error("The model `x` does not exist.", type="NotFoundError", code=404),
            Reason.NOT_FOUND,
            "does not exist",
        ),
        (
            "vllm",
            400,
            {"object": "error", "message": "Not so.", "type": "BadRequestError", "code": 400},
            Reason.INVALID,
            "Not so.",
        ),
        (
            "llamacpp",
            503,
            openai_error("Loading model", type="unavailable_error", code=503),
            Reason.OVERLOADED,
            "still loading its model",
        ),
        (
            "llamacpp",
            400,
            openai_error("It is too long", type="exceed_context_size_error", code=400),
            Reason.TOO_LARGE,
            "too long",
        ),
        (
            "llamacpp",
            400,
            openai_error("Failed to parse grammar", type="invalid_request_error", code=400),
            Reason.INVALID,
            "Failed to parse grammar",
        ),
        (
            "llamacpp",
            401,
            openai_error("Invalid API Key", type="authentication_error", code=401),
            Reason.AUTH,
            "Invalid API Key",
        ),
        (
            "koboldcpp",
            503,
            {"detail": {"msg": "Server is busy; please try again later."}},
            Reason.OVERLOADED,
            "Server is busy",
        ),
        ("ollama", 404, {"error": "model 'x' not found"}, Reason.NOT_FOUND, "model 'x' not found"),
        ("ollama", 503, {"error": "server busy, please try again."}, Reason.OVERLOADED, "busy"),
        ("lmstudio", 400, {"error": "Not known."}, Reason.INVALID, "Not known."),
        ("lmstudio", 404, openai_error("No models loaded."), Reason.NOT_FOUND, "No models loaded."),
        (
            "localai",
            500,
            openai_error("could not load model", code=500, type=""),
            Reason.UPSTREAM,
            "could not load model",
        ),
        (
            "litellm",
            401,
            openai_error("Authentication Error", type="auth_error", code="401"),
            Reason.AUTH,
            "Authentication Error",
        ),
        (
            "litellm",
            400,
            openai_error("Budget has been exceeded!", type="budget_exceeded", code="400"),
            Reason.BILLING,
            "Budget",
        ),
        (
            "litellm",
            429,
            openai_error("No deployments available", type="None", code="429"),
            Reason.RATE_LIMIT,
            "No deployments",
        ),
    ],
)
def test_an_error_is_read_in_the_servers_own_shape(server, status, body, reason, words):
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()

    error = find_source(server).dialect.read_error(status, {}, raw)

    assert error.reason is reason
    assert words in error.message


@pytest.mark.parametrize(
    ("server", "line"),
    [
        ("tabbyapi", b'data: {"error": {"message": "Gone wrong", "trace": "x"}}\n\n'),
        ("llamacpp", b'data: {"error": {"code": 500, "message": "Gone wrong"}}\n\n'),
        ("llamacpp", b'error: {"code": 500, "message": "Gone wrong"}\n\n'),
        ("vllm", b'data: {"error": {"message": "Gone wrong", "code": 500}}\n\n'),
    ],
)
async def test_an_error_within_a_stream_is_said(script, server, line):
    chunk = b'data: {"choices": [{"index": 0, "delta": {"content": "He"}}]}\n\n'
    link, _ = script(Scripted(chunk + line, headers={"content-type": "text/event-stream"}))

    with pytest.raises(SourceError, match="Gone wrong"):
        async for _ in find_source(server).stream(ASKED, link):
            pass


TALK = ChatRequest(model="m", messages=(says("system", "Be brief."), says("user", "Hi there")))
TURNS = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hi there"}]


@pytest.mark.parametrize(
    ("server", "said", "asked", "counted"),
    [
        (
            "llamacpp",
            [{"object": "response.input_tokens", "input_tokens": 32}],
            [("/v1/chat/completions/input_tokens", {"model": "m", "messages": TURNS})],
            Counted(32),
        ),
        (
            "vllm",
            [{"count": 30, "max_model_len": 4096, "tokens": [1, 2]}],
            [("/tokenize", {"model": "m", "messages": TURNS})],
            Counted(30),
        ),
        (
            "aphrodite",
            [{"count": 30, "max_model_len": 4096, "tokens": [1, 2]}],
            [("/v1/tokenize", {"model": "m", "messages": TURNS})],
            Counted(30),
        ),
        (
            "tabbyapi",
            [{"tokens": [1, 2, 3], "length": 28}],
            [("/v1/token/encode", {"text": TURNS})],
            Counted(28, "all but the opening"),
        ),
        (
            "textgen",
            [{"prompt": "<s>Be brief. Hi there"}, {"length": 29}],
            [
                ("/v1/internal/chat-prompt", {"model": "m", "messages": TURNS}),
                ("/v1/internal/token-count", {"text": "<s>Be brief. Hi there"}),
            ],
            Counted(29),
        ),
        (
            "koboldcpp",
            [{"value": 6, "ids": [1, 2, 3, 4, 5, 6]}],
            [("/api/extra/tokencount", {"prompt": "Be brief.\nHi there"})],
            Counted(6, "words"),
        ),
        (
            "localai",
            [{"tokens": [1, 2, 3, 4, 5]}],
            [("/v1/tokenize", {"model": "m", "content": "Be brief.\nHi there"})],
            Counted(5, "words"),
        ),
        (
            "litellm",
            [{"total_tokens": 18, "request_model": "m", "tokenizer_type": "openai_tokenizer"}],
            [("/utils/token_counter", {"model": "m", "messages": TURNS})],
            Counted(18, "guess"),
        ),
    ],
)
async def test_a_prompt_is_counted_by_the_call_the_server_has(script, server, said, asked, counted):
    source = find_source(server)
    link, transport = script(*map(Scripted, said))

    assert await source.count_tokens(TALK, link) == counted
    sent = [(call.url, json.loads(call.body)) for call in transport.calls]
    assert sent == [(f"{source.base_url}{path}", body) for path, body in asked]


async def test_an_older_llama_cpp_is_asked_for_the_prompt_first(script):
    link, transport = script(
        Scripted({"error": {"code": 404, "message": "File Not Found"}}, status=404),
        Scripted({"prompt": "<|im_start|>user\nHi there"}),
        Scripted({"tokens": [1, 2, 3, 4]}),
    )

    assert await find_source("llamacpp").count_tokens(TALK, link) == Counted(4)
    assert transport.said() == {
        "content": "<|im_start|>user\nHi there",
        "add_special": True,
        "parse_special": True,
    }


async def test_a_begun_answer_is_counted_as_begun(script):
    link, transport = script(Scripted({"count": 9}))
    begun = Message("assistant", (Text("Well"),), prefix=True)

    await find_source("vllm").count_tokens(ChatRequest("m", (says("user", "Hi"), begun)), link)

    assert transport.said()["continue_final_message"] is True
    assert transport.said()["add_generation_prompt"] is False


@pytest.mark.parametrize(
    "nonsense", [b"<html>", [], {}, {"input_tokens": "many"}, {"input_tokens": -1}]
)
async def test_what_says_no_number_is_no_count(script, nonsense):
    link, _ = script(Scripted(nonsense))

    with pytest.raises(SourceError):
        await find_source("llamacpp").count_tokens(TALK, link)


async def test_what_does_not_count_is_not_asked(script):
    link, transport = script()

    assert not find_source("ollama").counts_tokens
    with pytest.raises(SourceError, match="does not count"):
        await find_source("ollama").count_tokens(TALK, link)
    assert not transport.calls
