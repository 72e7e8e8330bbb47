"""Vendors whose own client is not at hand, against the facts of their protocols."""

import base64
import json

import pytest

SIGNED = {"authorization": "Bearer good"}


def asks(model="echo", text="one two three", **beside):
    return {"model": model, "messages": [{"role": "user", "content": text}], **beside}


async def post(http, url, body, headers=SIGNED):
    async with http.post(url, json=body, headers=headers) as answer:
        return answer.status, await answer.text()


def data_of(text):
    return [
        json.loads(line.removeprefix("data: "))
        for line in text.splitlines()
        if line.startswith("data: {")
    ]


async def test_ollama_streams_lines_unless_told_not_to(mock, http):
    _, text = await post(http, mock.url + "/ollama/api/chat", asks("think"))
    _, whole = await post(http, mock.url + "/ollama/api/chat", asks("think", stream=False))
    lines = [json.loads(line) for line in text.splitlines()]

    assert "".join(line["message"].get("thinking", "") for line in lines).startswith("The user")
    assert "".join(line["message"]["content"] for line in lines) == "one two three"
    assert lines[-1]["done_reason"] == "stop"
    assert json.loads(whole)["message"]["content"] == "one two three"


async def test_ollama_calls_tools_with_objects_and_wants_bare_base64(mock, http, weather, png):
    url = mock.url + "/ollama/api/chat"
    tools = [{"type": "function", "function": weather}]
    _, called = await post(http, url, asks("tool", tools=tools, stream=False))
    picture = base64.b64encode(png).decode()
    message = {"role": "user", "content": "What is it?", "images": [picture]}
    _, seen = await post(http, url, {"model": "vision", "messages": [message], "stream": False})
    message["images"] = ["data:image/png;base64," + picture]
    status, refused = await post(http, url, {"model": "vision", "messages": [message]})

    call = json.loads(called)["message"]["tool_calls"][0]
    assert call["function"]["arguments"] == {"city": "mock", "days": 7}
    assert json.loads(seen)["message"]["content"] == f"image/png {len(png)} bytes"
    assert (status, list(json.loads(refused))) == (400, ["error"])


async def test_ollama_is_recognised_and_lists_its_models(mock, http):
    async with http.get(mock.url + "/ollama/") as answer:
        assert await answer.text() == "Ollama is running"
    async with http.get(mock.url + "/ollama/api/tags") as answer:
        names = [model["name"] for model in (await answer.json())["models"]]
    status, text = await post(http, mock.url + "/ollama/v1/chat/completions", asks())

    assert "qwen3:8b" in names
    assert status == 200
    assert json.loads(text)["choices"][0]["message"]["content"] == "one two three"
    assert (await post(http, mock.url + "/ollama/api/chat", asks("nope")))[0] == 404


async def test_openrouter_comments_costs_and_tells_reasoning_twice(mock, http):
    url = mock.url + "/openrouter/api/v1/chat/completions"
    _, text = await post(http, url, asks("mock/think", stream=True))
    chunks = data_of(text)
    deltas = [chunk["choices"][0]["delta"] for chunk in chunks]

    assert text.startswith(": OPENROUTER PROCESSING\n\n")
    told = "".join(delta.get("reasoning") or "" for delta in deltas)
    detailed = "".join(
        detail.get("text", "") for delta in deltas for detail in delta.get("reasoning_details", ())
    )
    assert told == detailed == "The user wants an echo. So I echo."
    assert any("signature" in d for delta in deltas for d in delta.get("reasoning_details", ()))
    assert chunks[-1]["usage"]["cost"] > 0
    assert chunks[-1]["choices"][0]["native_finish_reason"] == "end_turn"


async def test_openrouter_checks_keys_at_key_and_lists_models_to_anybody(mock, http):
    async def get(path, key=""):
        headers = {"authorization": f"Bearer {key}"} if key else {}
        async with http.get(mock.url + "/openrouter/api/v1" + path, headers=headers) as answer:
            return answer.status, await answer.json()

    listed, models = await get("/models")
    assert listed == 200
    assert models["data"][0]["pricing"]["prompt"] == "0.000002"
    assert [(await get("/key", key))[0] for key in ("good", "wrong", "")] == [200, 401, 401]
    assert (await get("/key", "nocredit"))[1]["data"]["limit_remaining"] == 0


async def test_openrouter_gives_a_key_for_a_code(mock, http):
    body = {"code": "good-1", "code_verifier": "v", "code_challenge_method": "S256"}

    _, text = await post(http, mock.url + "/openrouter/api/v1/auth/keys", body, {})

    assert json.loads(text)["key"] == "sk-or-v1-good-by-pkce"


async def test_palm_answers_whole_documents_and_blocks_without_candidates(mock, http):
    place = mock.url + "/palm/v1beta2/models/"
    prompt = {"prompt": {"context": "Be kind.", "messages": [{"author": "0", "content": "Hi"}]}}
    _, said = await post(http, place + "chat-bison-001:generateMessage?key=good", prompt, {})
    written = {"prompt": {"text": "Once"}, "maxOutputTokens": 9}
    _, wrote = await post(http, place + "text-bison-001:generateText?key=good", written, {})
    _, blocked = await post(http, place + "filter:generateMessage?key=good", prompt, {})
    status, refused = await post(
        http, place + "echo:generateMessage?key=good", prompt | {"stopSequences": []}, {}
    )

    assert json.loads(said)["candidates"] == [{"author": "1", "content": "Hi"}]
    assert json.loads(wrote)["candidates"][0]["output"] == "Once"
    assert "candidates" not in json.loads(blocked)
    assert (status, json.loads(refused)["error"]["status"]) == (400, "INVALID_ARGUMENT")


async def test_google_streams_one_array_without_alt_sse(mock, http):
    url = mock.url + "/google/v1beta/models/echo:streamGenerateContent?key=good"
    body = {"contents": [{"role": "user", "parts": [{"text": "one two"}]}]}
    _, text = await post(http, url, body, {})

    parts = [item["candidates"][0]["content"]["parts"][0]["text"] for item in json.loads(text)]
    assert parts == ["one", " two"]


@pytest.mark.parametrize(
    ("place", "field"),
    [
        ("/compatible/v1", "reasoning"),
        ("/xai/v1", "reasoning_content"),
        ("/deepseek", "reasoning_content"),
        ("/groq/openai/v1", "reasoning"),
        ("/together/v1", "reasoning"),
        ("/moonshot/v1", "reasoning_content"),
    ],
)
async def test_reasoning_has_the_vendors_own_name(mock, http, place, field):
    _, text = await post(http, mock.url + place + "/chat/completions", asks("think", stream=True))

    deltas = [chunk["choices"][0]["delta"] for chunk in data_of(text)]
    assert "".join(delta.get(field, "") for delta in deltas) == "The user wants an echo. So I echo."
    assert "".join(delta.get("content") or "" for delta in deltas) == "one two three"


async def test_xai_counts_reasoning_beside_the_completion(mock, http):
    _, text = await post(http, mock.url + "/xai/v1/chat/completions", asks("think"))

    usage = json.loads(text)["usage"]
    thought = usage["completion_tokens_details"]["reasoning_tokens"]
    assert thought > 0
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"] + thought


async def test_groq_has_its_usage_in_a_field_of_its_own(mock, http):
    url = mock.url + "/groq/openai/v1/chat/completions"
    _, text = await post(http, url, asks(stream=True))

    assert data_of(text)[-1]["x_groq"]["usage"]["total_tokens"] > 0
    assert (await post(http, url, asks(n=2)))[0] == 400


async def test_deepseek_wants_its_reasoning_back(mock, http):
    url = mock.url + "/deepseek/chat/completions"
    turns = [
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello"},
        {"role": "user", "content": "So?"},
    ]
    refused, _ = await post(http, url, {"model": "deepseek-v4-pro", "messages": turns})
    turns[1]["reasoning_content"] = " "

    assert refused == 400
    assert (await post(http, url, {"model": "deepseek-v4-pro", "messages": turns}))[0] == 200


async def test_a_wrong_path_is_refused_as_each_server_does(mock, http):
    vllm = await post(http, mock.url + "/compatible/chat/completions", asks())
    studio = await post(http, mock.url + "/lmstudio/chat/completions", asks())
    page = await post(http, mock.url + "/somewhere/chat/completions", asks())

    assert vllm == (404, '{"detail":"Not Found"}')
    assert (studio[0], list(json.loads(studio[1]))) == (200, ["error"])
    assert (page[0], "<html>" in page[1]) == (404, True)
