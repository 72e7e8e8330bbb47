"""Which keys are taken, and what the mock remembers."""

import asyncio

import pytest

CHATS = {
    "openai": ("/openai/v1/chat/completions", "authorization", "Bearer "),
    "anthropic": ("/anthropic/v1/messages", "x-api-key", ""),
    "google": ("/google/v1beta/models/echo:generateContent", "x-goog-api-key", ""),
    "mistral": ("/mistral/v1/chat/completions", "authorization", "Bearer "),
    "cohere": ("/cohere/v2/chat", "authorization", "Bearer "),
    "openrouter": ("/openrouter/api/v1/chat/completions", "authorization", "Bearer "),
    "compatible": ("/compatible/v1/chat/completions", "authorization", "Bearer "),
    "xai": ("/xai/v1/chat/completions", "authorization", "Bearer "),
    "deepseek": ("/deepseek/chat/completions", "authorization", "Bearer "),
}
BODY = {"model": "echo", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi you"}]}


async def knock(http, mock, vendor, key):
    path, header, before = CHATS[vendor]
    body = {"contents": [{"parts": [{"text": "Hi"}]}]} if vendor == "google" else BODY
    headers = {"anthropic-version": "2023-06-01"} | ({header: before + key} if key else {})
    async with http.post(mock.url + path, json=body, headers=headers) as answer:
        return answer.status


@pytest.mark.parametrize(
    ("vendor", "refusals"),
    [
        ("openai", [401, 401, 429]),
        ("anthropic", [401, 401, 400]),
        ("google", [400, 403, 429]),
        ("mistral", [401, 401, 402]),
        ("cohere", [401, 401, 402]),
        ("openrouter", [401, 401, 402]),
        ("compatible", [401, 200, 402]),
        ("xai", [400, 400, 403]),
        ("deepseek", [401, 401, 402]),
    ],
)
async def test_keys_are_judged_as_each_vendor_does(mock, http, vendor, refusals):
    # Wrong, missing, without credit: in this order.
    statuses = [
        await knock(http, mock, vendor, key)
        for key in ("sk-good", "sk-stolen", "", "sk-nocredit", "sk-limited")
    ]

    assert statuses == [200, *refusals, 429]


async def test_a_fresh_key_is_refused_some_times_and_then_good(mock, http):
    counted = [await knock(http, mock, "mistral", "late-2") for _ in range(4)]
    early = await knock(http, mock, "mistral", "late-100ms")
    await asyncio.sleep(0.12)

    assert counted == [401, 401, 200, 200]
    assert early == 401
    assert await knock(http, mock, "mistral", "late-100ms") == 200


async def test_a_key_can_be_named_good(mock, http):
    mock.state.keys.named["5f0c"] = "good"

    assert await knock(http, mock, "openai", "5f0c") == 200


async def test_a_key_without_scope_may_chat_but_not_list(mock, http):
    async with http.get(
        mock.url + "/openai/v1/models", headers={"authorization": "Bearer sk-noscope"}
    ) as answer:
        listed = answer.status

    assert (listed, await knock(http, mock, "openai", "sk-noscope")) == (403, 200)


async def test_requests_are_recorded_here_and_over_http(mock, http):
    await knock(http, mock, "anthropic", "sk-good")

    record = mock.last
    async with http.get(mock.url + "/_mock/requests") as answer:
        told = (await answer.json())[-1]
    assert (record.method, record.path, record.vendor) == (
        "POST",
        "/anthropic/v1/messages",
        "anthropic",
    )
    assert record.body == BODY
    assert record.headers["x-api-key"] == "sk-good"
    assert record.finished
    assert not record.left
    assert (told["body"], told["status"]) == (BODY, 200)
    assert mock.asked[-1].last_user == "Hi you"


async def test_a_client_that_leaves_in_mid_stream_is_noticed_at_once(mock, http):
    body = BODY | {"model": "long@1000@0.01", "stream": True, "max_tokens": 5000}
    async with http.post(
        mock.url + "/openai/v1/chat/completions",
        json=body,
        headers={"authorization": "Bearer good"},
    ) as answer:
        await answer.content.readany()
        answer.close()
    await mock.until_left(mock.last, within=0.5)

    assert mock.last.sent < 50
    assert not mock.last.finished


async def test_the_script_can_be_set_over_http(mock, http):
    async with http.post(mock.url + "/_mock/script", json=[{"text": "From afar."}]) as answer:
        assert answer.status == 200
    async with http.post(mock.url + "/compatible/v1/chat/completions", json=BODY) as answer:
        said = await answer.json()

    assert said["choices"][0]["message"]["content"] == "From afar."
