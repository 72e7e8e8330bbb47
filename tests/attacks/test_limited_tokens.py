"""Line 27: a token that is limited to some models, and every way around that."""

import pytest

from callers import client_of, token_of
from tapster.app import Draft
from tapster.core.keys import AccessToken
from tapster.core.secrets import Secret
from tapster.gateway.tokens import _digest

NOT_HERE = ("/v1/embeddings", "/v1/responses", "/v1/batches")


@pytest.fixture
async def other(tapster, mock):
    """A second connection, which the token must not reach."""
    return await tapster.connections.add(
        "other",
        "custom",
        Draft(endpoint=f"{mock.url}/compatible/v1", model="secret-model"),
        Secret("sk-good-9876543210"),
    )


async def test_no_token_is_limited_and_reaches_beyond_that(as_ada):
    for wrong in (
        {"scopes": ["api"], "connections": ["own"]},
        {"scopes": ["chat", "api"], "models": ["own/local-model"]},
        {"scopes": ["api", "admin"], "connections": []},
        {"scopes": ["chat", "models", "api"], "models": []},
    ):
        reply = await as_ada.post("/api/tokens", json={"name": "x", **wrong})

        assert reply.status_code == 400
        assert reply.json()["field"] == "scopes"


async def test_a_limited_token_opens_nothing_below_api_whatever_it_says_of_itself(
    tapster, application, other, mock
):
    """It cannot be made; somebody wrote it into the database."""
    secret = "tap-" + "x" * 43
    await keep(
        tapster,
        AccessToken(
            id="t" * 32,
            name="forged",
            digest=_digest(secret),
            last4=secret[-4:],
            scopes=("chat", "models", "api", "admin"),
            connections=("own",),
            models=("own/local-model",),
            created_at=1.0,
        ),
    )
    chat = await tapster.chats.create("me")
    said = await tapster.chats.tree.say("me", chat.id, "Hello")
    answer = await tapster.chats.tree.say("me", chat.id, "Hi", role="assistant")
    wishes = [
        {},
        {"connection": other.id},
        {"connection": "other"},
        {"connection": "OTHER", "model": "secret-model"},
        {"model": "other/secret-model"},
        {"model": "own/LOCAL-MODEL"},
    ]
    ways = [
        (f"/api/chats/{chat.id}/messages", {"text": "Hello"}),
        (f"/api/messages/{answer.id}/swipe", {}),
        (f"/api/messages/{said.id}/regenerate", {}),
        (f"/api/messages/{answer.id}/continue", {}),
        (f"/api/chats/{chat.id}/impersonate", {}),
        (f"/api/chats/{chat.id}/quiet", {"prompt": "Hello"}),
        (f"/api/chats/{chat.id}/preview", {"text": "Hello"}),
    ]
    async with client_of(application, token=secret) as program:
        for path, body in ways:
            for wish in wishes:
                reply = await program.post(path, json=body | wish)
                assert reply.status_code == 403, (path, wish)
        for path in ("/api/connections", "/api/connections/other", "/api/connections/own/models"):
            reply = await program.get(path)
            assert reply.status_code == 403
            assert "secret-model" not in reply.text
        made = await program.patch(f"/api/chats/{chat.id}", json={"connection": "other"})
        assert made.status_code == 403

    assert not mock.requests
    assert await tapster.runs.list("me", chat.id) == ()


@pytest.mark.parametrize(
    "limits", [{"connections": ("own",)}, {"models": ("own/local-model",)}], ids=str
)
async def test_at_the_gateway_it_reaches_nothing_else_by_any_name(
    tapster, application, other, mock, limits
):
    token = await token_of(tapster, "chat", "models", **limits)
    names = [
        "other",
        "OTHER",
        " other ",
        "other/secret-model",
        "Other/secret-model",
        "OTHER/SECRET-MODEL",
        "secret-model",
        other.id,
        f"{other.id}/secret-model",
        "own/../other/secret-model",
        "other//secret-model",
    ]
    async with client_of(application, token=token) as program:
        for name in names:
            said = {"messages": [{"role": "user", "content": "Hello"}], "prompt": "Hello"}
            body = {"model": name, **said}
            for path in ("/v1/chat/completions", "/v1/completions", *NOT_HERE):
                reply = await program.post(path, json=body)
                assert reply.status_code in {400, 404, 501}, (path, name)
                assert "sk-good" not in reply.text
        listed = await program.get("/v1/models")
        one = await program.get("/v1/models/other/secret-model")

    assert "own/local-model" in listed.text
    assert "other/" not in listed.text
    assert one.status_code == 404
    assert not [
        each
        for each in mock.requests
        if each.method == "POST" and "9876543210" in str(each.headers)
    ]


async def keep(tapster, token) -> None:
    async with tapster._store.begin() as rows:
        await rows.tokens.add(token)
