"""Access tokens: what a program shows, and what it may then do."""

import asyncio
import hashlib

import pytest

from tapster.core.errors import Conflict, InvalidInput, NotFound, StoreError
from tapster.gateway import AccessTokens


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def tokens(tapster, clock):
    ids = iter(range(1000))
    return AccessTokens(tapster._store, new_id=lambda: f"id-{next(ids)}", clock=clock)


async def test_the_secret_is_recognised_and_only_its_digest_kept(tokens):
    token, secret = await tokens.create("app")

    assert (await tokens.recognise(secret.reveal())).name == "app"
    assert token.digest == hashlib.sha256(secret.reveal().encode()).digest()
    assert secret.reveal().startswith("tap-")
    assert len(secret.reveal()) > 40
    (listed,) = await tokens.all()
    assert secret.reveal() not in repr(listed)


async def test_nothing_else_is_recognised(tokens):
    token, secret = await tokens.create("app")
    shown = secret.reveal()

    for wrong in (
        shown[:-1],
        shown + " ",
        shown.upper(),
        shown[:20] + "x" * (len(shown) - 20),
        token.digest.hex(),
        token.digest.decode("latin-1"),
        token.id,
        token.name,
        token.last4,
        "",
        "\udcff",
        "' OR '1'='1",
    ):
        assert await tokens.recognise(wrong) is None


async def test_an_expired_token_is_refused_from_that_second_on(tokens, clock):
    _, secret = await tokens.create("app", lasts=60)

    clock.now += 59
    assert await tokens.recognise(secret.reveal())
    clock.now += 1
    assert await tokens.recognise(secret.reveal()) is None


async def test_a_revoked_token_is_refused_at_once(tokens):
    _, secret = await tokens.create("app")
    await tokens.recognise(secret.reveal())

    await tokens.revoke("app")

    assert await tokens.recognise(secret.reveal()) is None


async def test_a_token_revoked_by_another_process_is_refused_within_a_second(tapster, clock):
    here = AccessTokens(tapster._store, new_id=lambda: "here", clock=clock)
    there = AccessTokens(tapster._store, new_id=lambda: "there", clock=clock)
    _, secret = await here.create("app")
    assert await here.recognise(secret.reveal())

    await there.revoke("here")
    clock.now += 0.9

    assert await here.recognise(secret.reveal()) is None


async def test_a_recognised_token_is_not_looked_up_for_every_request(tapster, tokens, clock):
    _, secret = await tokens.create("app")
    first = await tokens.recognise(secret.reveal())

    async with tapster._store.begin() as rows:
        await rows.tokens.remove(first.id)

    assert await tokens.recognise(secret.reveal()) == first


async def test_requests_that_come_at_once_share_one_look_at_the_database(tapster, tokens, clock):
    class Counting:
        looks = 0
        begin = tapster._store.begin

        def read(self):
            self.looks += 1
            return tapster._store.read()

    _, secret = await tokens.create("app")
    store = Counting()
    fresh = AccessTokens(store, new_id=lambda: "id", clock=clock)

    found = await asyncio.gather(*(fresh.recognise(secret.reveal()) for _ in range(32)))

    assert {token.name for token in found} == {"app"}
    assert store.looks == 1


async def test_a_client_that_leaves_does_not_spoil_the_look_for_others(tokens, clock):
    _, secret = await tokens.create("app")
    leaves, stays = (asyncio.ensure_future(tokens.recognise(secret.reveal())) for _ in range(2))
    await asyncio.sleep(0)

    leaves.cancel()

    assert (await stays).name == "app"


async def test_it_is_noted_when_a_token_was_last_used(tokens, clock):
    _, secret = await tokens.create("app")

    clock.now += 100
    await tokens.recognise(secret.reveal())

    (token,) = await tokens.all()
    assert token.last_used_at == clock.now


async def test_a_database_busy_writing_refuses_nobody_and_lists_every_token(tapster, tokens, clock):
    class Busy:
        read = tapster._store.read
        tried = 0

        def begin(self):
            self.tried += 1
            raise StoreError("The database is busy.")

    _, secret = await tokens.create("app")
    busy = Busy()
    asked = AccessTokens(busy, new_id=lambda: "id", clock=clock)
    for _ in range(3):
        assert (await asked.recognise(secret.reveal())).name == "app"
        clock.now += 1

    assert busy.tried == 1
    assert [token.name for token in await asked.all()] == ["app"]


async def test_a_name_is_given_once(tokens):
    await tokens.create(" app ")

    with pytest.raises(Conflict, match="revoke it first"):
        await tokens.create("app")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "  "}, "name"),
        ({"scopes": ("admin",)}, "scopes"),
        ({"scopes": ()}, "scopes"),
        ({"models": ("claude-opus",)}, "models"),
        ({"models": ("claude/",)}, "models"),
        ({"lasts": 0}, "lasts"),
        ({"lasts": -5}, "lasts"),
        ({"lasts": float("nan")}, "lasts"),
    ],
)
async def test_what_makes_no_sense_names_its_field(tokens, wrong, field):
    with pytest.raises(InvalidInput) as refused:
        await tokens.create(**{"name": "app"} | wrong)

    assert refused.value.field == field
    assert await tokens.all() == ()


async def test_a_models_name_is_kept_in_its_exact_spelling(tokens):
    token, _ = await tokens.create("app", models=("Claude/Opus",))

    assert token.models == ("claude/Opus",)


async def test_revoking_what_is_not_there_says_so(tokens):
    with pytest.raises(NotFound, match="tapster tokens list"):
        await tokens.revoke("nobody")
