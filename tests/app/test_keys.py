"""Keys at the desk: carried to another Tapster, entered again, kept where they are sent."""

import pytest

from tapster.app import Draft
from tapster.core.errors import Conflict, InvalidInput
from tapster.core.secrets import Secret
from tapsters import add, open_tapster

ENDPOINT = "http://127.0.0.1:9/v1"
OUTBOUND = "http://me:pass-CANARY@127.0.0.1:8"
WORDS = Secret("carry me over")


async def furnish(tapster, *, key=None, password=None, outbound="http://me@127.0.0.1:8"):
    """Save a preset called `bar` and a connection called `here` behind an outbound proxy."""
    await tapster.proxies.add("bar", ENDPOINT, Secret(password) if password else None)
    await add(tapster, "custom", ENDPOINT, key, outbound_proxy=outbound)


@pytest.fixture
async def exported(tmp_path):
    async with open_tapster(tmp_path / "first") as first:
        await furnish(
            first,
            key="sk-own-0123456789-0001",
            password="pw-bar-0123456789-0002",
            outbound=OUTBOUND,
        )
        return await first.keys.export(WORDS)


@pytest.fixture
async def second(tmp_path):
    async with open_tapster(tmp_path / "second") as second:
        yield second


async def link_of(tapster):
    return (await tapster.relay.endpoints.reach(await tapster.connections.find("here"))).link


async def test_keys_and_passwords_find_their_owners_by_name_in_another_tapster(exported, second):
    await furnish(second)

    imported = await second.keys.import_file(exported, WORDS)

    assert imported.missing == ()
    assert len(imported.keys) == 3
    link = await link_of(second)
    assert link.key == Secret("sk-own-0123456789-0001")
    assert link.outbound_proxy == OUTBOUND
    await second.connections.edit("here", Draft(proxy="bar"))
    assert (await link_of(second)).key == Secret("pw-bar-0123456789-0002")


async def test_what_belongs_to_nothing_here_is_named_and_the_rest_taken_in(exported, second):
    await second.proxies.add("bar", ENDPOINT)

    imported = await second.keys.import_file(exported, WORDS)

    assert [each.owner for each in await second.keys.all()] == ["bar"]
    assert imported.missing == ("connection:here", "outbound:here")


async def test_where_nothing_has_an_owner_the_import_is_refused(exported, second):
    with pytest.raises(InvalidInput, match="connection:here, outbound:here, proxy:bar"):
        await second.keys.import_file(exported, WORDS)


async def test_a_password_that_came_along_is_not_sent_to_another_outbound_proxy(exported, second):
    await furnish(second, outbound="http://me@127.0.0.1:7")

    await second.keys.import_file(exported, WORDS)

    assert (await link_of(second)).outbound_proxy == "http://me@127.0.0.1:7"


async def test_a_key_is_not_kept_where_a_preset_would_keep_it_from_being_sent(tapster):
    await furnish(tapster)
    await tapster.connections.edit("here", Draft(proxy="bar"))

    with pytest.raises(InvalidInput, match="tapster proxies edit 'bar' --password-stdin"):
        await tapster.keys.set("here", Secret("sk-0123456789"))

    assert not await tapster.keys.all()


async def test_a_key_entered_again_and_its_detached_twin_change_places_at_once(tapster):
    await add(tapster, "custom", ENDPOINT, "sk-same-0123456789")
    await tapster.connections.edit("here", Draft(endpoint="http://127.0.0.1:10/v1"))
    await tapster.connections.edit("here", Draft(endpoint=ENDPOINT))
    removals = []
    remove = tapster._vault.remove

    async def watched(key_id):
        removals.append(tapster._store.in_transaction)
        await remove(key_id)

    tapster._vault.remove = watched
    await tapster.keys.set("here", Secret("sk-same-0123456789"))

    assert removals == [True]
    assert [each.key.state for each in await tapster.keys.all()] == ["active"]


async def test_a_preset_used_elsewhere_in_the_meantime_keeps_its_password(tmp_path, tapster):
    await tapster.proxies.add("bar", ENDPOINT, Secret("pw-bar-0123456789-0002"))
    async with open_tapster(tmp_path) as elsewhere:
        await tapster.proxies.all()
        await add(elsewhere, "openai", None, None, proxy="bar")

        with pytest.raises(Conflict, match="tapster connections edit NAME --no-proxy"):
            await tapster.proxies.remove("bar")

        assert (await link_of(elsewhere)).key == Secret("pw-bar-0123456789-0002")


async def test_a_preset_takes_a_password_later_and_another_after_it(tapster):
    await furnish(tapster)
    await tapster.connections.edit("here", Draft(proxy="bar"))

    for password in ("pw-first-0001", "pw-second-0002"):
        await tapster.proxies.edit("bar", password=Secret(password))
        assert (await link_of(tapster)).key == Secret(password)

    assert len(await tapster.keys.all()) == 1


async def test_a_preset_that_moves_to_another_origin_leaves_its_password_behind(tapster):
    await furnish(tapster, password="pw-bar-0123456789-0002")
    await tapster.connections.edit("here", Draft(proxy="bar"))

    path = await tapster.proxies.edit("bar", url="http://127.0.0.1:9/other/v1")
    kept = (await link_of(tapster)).key
    moved = await tapster.proxies.edit("BAR", url="http://127.0.0.1:10/v1")
    check = await tapster.connections.check("here")

    assert path.detached == ()
    assert kept == Secret("pw-bar-0123456789-0002")
    assert [key.last4 for key in moved.detached] == ["0002"]
    assert (await link_of(tapster)).endpoint == "http://127.0.0.1:10/v1"
    assert (await link_of(tapster)).key is None
    assert "tapster proxies edit 'bar' --password-stdin" in check.message


@pytest.mark.parametrize("change", [{}, {"url": "nowhere"}, {"password": Secret("a b")}])
async def test_a_bad_change_of_a_preset_changes_nothing(tapster, change):
    await furnish(tapster, password="pw-bar-0123456789-0002")
    before = await tapster.proxies.all(), await tapster.keys.all()

    with pytest.raises(InvalidInput):
        await tapster.proxies.edit("bar", **change)

    assert (await tapster.proxies.all(), await tapster.keys.all()) == before
