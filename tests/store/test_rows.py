import msgspec
import pytest

from tapster.core.connections import Connection, Proxy
from tapster.core.errors import Conflict, InvalidInput, NotFound
from tapster.core.keys import AccessToken, Key, SealedKey
from tapster.core.links import Timeouts
from tapster.core.models import Model, Price
from tapster.core.people import Person, Session
from tapster.store import people_tables, tables

PROXY = Proxy(id="p1", name="Home", url="https://proxy.example/v1", created_at=1.5)
HOUSE = Connection(
    id="c1",
    name="House model",
    slug="house-model",
    source="some",
    endpoint="https://api.example/v1",
    proxy="p1",
    model="vendor/model",
    bypass_status_check=True,
    headers={"X-Title": "Bücher ☕"},
    include_body={"top_k": 3, "deep": {"list": [1, None, 2.5, "\u0000"]}},
    exclude_body=("seed", "n"),
    options={"api": "auto"},
    timeouts=Timeouts(connect=1.0, idle=2.0, total=3.0),
    verify_tls=False,
    notes="line\nline",
    created_at=1_700_000_000.123,
    updated_at=1_700_000_001.5,
)
OTHER = Connection(id="c2", name="Other", slug="other", source="some", created_at=1.0)
KEY = Key(
    id="k1",
    owner="connection:c1",
    label="first",
    origin="https://api.example:443",
    last4="abcd",
    fingerprint="0123456789ab",
    added_at=5.0,
)
SEALED = SealedKey(key=KEY, sealed=bytes(range(256)))
TOKEN = AccessToken(
    id="t1",
    name="script",
    digest=b"\x00\xff" * 16,
    last4="wxyz",
    connections=("house-model",),
    models=None,
    created_at=2.0,
)


@pytest.mark.parametrize(
    ("table", "kind", "besides"),
    [
        (tables.connections, Connection, set()),
        (tables.proxies, Proxy, set()),
        (tables.sealed_keys, Key, {"sealed"}),
        (tables.access_tokens, AccessToken, set()),
        (people_tables.people, Person, set()),
        (people_tables.sessions, Session, set()),
    ],
)
def test_a_tables_columns_are_the_fields_of_its_struct(table, kind, besides):
    assert set(table.c.keys()) == set(kind.__struct_fields__) | besides


async def test_a_connection_comes_back_as_it_was_kept(store):
    async with store.begin() as rows:
        await rows.proxies.add(PROXY)
        await rows.connections.add(HOUSE)

    async with store.read() as rows:
        assert await rows.connections.by_id("c1") == HOUSE
        assert await rows.connections.by_slug("house-model") == HOUSE
        assert await rows.connections.by_id("none") is None
        assert await rows.connections.by_slug("none") is None
        assert await rows.proxies.all() == (PROXY,)


async def test_connections_are_listed_oldest_first(store):
    async with store.begin() as rows:
        await rows.proxies.add(PROXY)
        await rows.connections.add(HOUSE)
        await rows.connections.add(OTHER)

        assert await rows.connections.all() == (OTHER, HOUSE)


@pytest.mark.parametrize("field", ["name", "slug"])
async def test_a_taken_name_is_a_conflict_that_leaves_the_transaction_usable(store, field):
    same = msgspec.structs.replace(HOUSE, **{field: getattr(OTHER, field)}, proxy=None)

    async with store.begin() as rows:
        await rows.connections.add(OTHER)
        with pytest.raises(Conflict, match="choose another name"):
            await rows.connections.add(same)
        await rows.connections.add(msgspec.structs.replace(HOUSE, proxy=None))
        with pytest.raises(Conflict, match="choose another name"):
            await rows.connections.replace(same)

    async with store.read() as rows:
        assert len(await rows.connections.all()) == 2


async def test_replacing_a_connection_counts_its_version_up(store):
    async with store.begin() as rows:
        await rows.connections.add(OTHER)
        newer = await rows.connections.replace(msgspec.structs.replace(OTHER, notes="changed"))

    assert newer == msgspec.structs.replace(OTHER, notes="changed", version=2)
    async with store.read() as rows:
        assert await rows.connections.by_id("c2") == newer


async def test_a_stale_connection_does_not_overwrite_a_newer_one(store):
    async with store.begin() as rows:
        await rows.connections.add(OTHER)
        newer = await rows.connections.replace(msgspec.structs.replace(OTHER, notes="first"))

    with pytest.raises(Conflict, match="changed elsewhere"):
        async with store.begin() as rows:
            await rows.connections.replace(msgspec.structs.replace(OTHER, notes="second"))

    async with store.read() as rows:
        assert await rows.connections.by_id("c2") == newer


async def test_what_is_not_there_cannot_be_replaced_or_removed(store):
    async with store.begin() as rows:
        for change in (
            rows.connections.replace(OTHER),
            rows.connections.remove("c2"),
            rows.proxies.replace(PROXY),
            rows.proxies.remove("p1"),
            rows.keys.replace(SEALED),
            rows.keys.remove("k1"),
            rows.tokens.remove("t1"),
        ):
            with pytest.raises(NotFound):
                await change


async def test_a_proxy_in_use_stays_and_names_who_uses_it(store):
    async with store.begin() as rows:
        await rows.proxies.add(PROXY)
        await rows.connections.add(HOUSE)
        with pytest.raises(Conflict, match="House model"):
            await rows.proxies.remove("p1")

        await rows.connections.remove("c1")
        await rows.proxies.remove("p1")

        assert await rows.proxies.all() == ()


async def test_a_connection_cannot_name_a_proxy_that_is_not_there(store):
    async with store.begin() as rows:
        with pytest.raises(InvalidInput) as refused:
            await rows.connections.add(HOUSE)

    assert refused.value.field == "proxy"


async def test_proxy_names_are_taken_once(store):
    async with store.begin() as rows:
        await rows.proxies.add(PROXY)
        await rows.proxies.add(msgspec.structs.replace(PROXY, id="p2", name="Away"))
        with pytest.raises(Conflict):
            await rows.proxies.add(msgspec.structs.replace(PROXY, id="p3"))
        with pytest.raises(Conflict):
            await rows.proxies.replace(msgspec.structs.replace(PROXY, name="Away"))
        moved = await rows.proxies.replace(msgspec.structs.replace(PROXY, url="http://new.example"))

        assert await rows.proxies.by_name("Home") == moved == await rows.proxies.by_id("p1")


async def test_sealed_keys_come_back_byte_for_byte(store):
    second = SealedKey(
        key=msgspec.structs.replace(KEY, id="k2", owner="proxy:p1", added_at=6.0), sealed=b"\x00"
    )
    async with store.begin() as rows:
        await rows.keys.add(second)
        await rows.keys.add(SEALED)
        await rows.keys.mark_worked("k1", 9.5)

    worked = SealedKey(key=msgspec.structs.replace(KEY, last_worked_at=9.5), sealed=SEALED.sealed)
    async with store.begin() as rows:
        assert await rows.keys.all() == (worked, second)
        assert await rows.keys.of("proxy:p1") == (second,)
        assert await rows.keys.by_id("k1") == worked
        assert await rows.keys.remove_of("proxy:p1") == 1
        await rows.keys.replace(SEALED)
        assert await rows.keys.all() == (SEALED,)
        await rows.keys.remove("k1")
        assert await rows.keys.by_id("k1") is None


async def test_a_token_is_found_by_its_digest_and_by_its_name(store):
    async with store.begin() as rows:
        await rows.tokens.add(TOKEN)
        with pytest.raises(Conflict):
            await rows.tokens.add(msgspec.structs.replace(TOKEN, id="t2", digest=b"other"))
        await rows.tokens.mark_used("t1", 7.0)

    used = msgspec.structs.replace(TOKEN, last_used_at=7.0)
    async with store.begin() as rows:
        assert await rows.tokens.by_digest(TOKEN.digest) == used
        assert await rows.tokens.by_digest(b"other") is None
        assert await rows.tokens.by_name("script") == used
        await rows.tokens.remove("t1")
        assert await rows.tokens.all() == ()


async def test_a_model_list_is_replaced_whole_and_goes_with_its_connection(store):
    models = (Model(id="m1", price=Price(input=0.5), extra={"x": [1]}), Model(id="m2"))
    async with store.begin() as rows:
        await rows.connections.add(OTHER)
        assert await rows.model_lists.get("c2") is None
        await rows.model_lists.put("c2", 1.0, (Model(id="old"),))
        await rows.model_lists.put("c2", 2.5, models)

        assert await rows.model_lists.get("c2") == (2.5, models)

        await rows.connections.remove("c2")
        assert await rows.model_lists.get("c2") is None


async def test_the_vaults_row_is_one_and_is_replaced(store):
    async with store.begin() as rows:
        assert await rows.vault.get() is None
        await rows.vault.put(b"\x00one")
        await rows.vault.put(b"two\xff")

    async with store.begin() as rows:
        assert await rows.vault.get(hold=True) == b"two\xff"


@pytest.mark.parametrize("value", ["half \ud800 pair"])
async def test_text_no_database_can_keep_is_refused_with_a_sentence(store, value):
    with pytest.raises(InvalidInput, match="character the database cannot keep"):
        async with store.begin() as rows:
            await rows.connections.add(msgspec.structs.replace(OTHER, notes=value))


async def test_hostile_text_is_only_text(store):
    name = "'; DROP TABLE connections; --"

    async with store.begin() as rows:
        await rows.connections.add(msgspec.structs.replace(OTHER, name=name, slug=name))
        assert await rows.connections.by_slug("' OR 1=1 --") is None
        found = await rows.connections.by_slug(name)

    assert found is not None
    assert found.name == name
