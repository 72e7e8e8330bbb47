"""Connections and presets carried as a file: all but the keys, and nothing lost on the way."""

import pytest
from msgspec import json, structs

from tapster.app import Draft
from tapster.app.connection_files import CarriedConnection, CarriedProxy, ConnectionFile
from tapster.core.errors import InvalidInput
from tapster.core.secrets import Secret
from tapsters import add, open_tapster

KEY = "sk-good-CANARY-0123456789"
FIELDS = {
    "model": "gpt-4o",
    "headers": {"X-Team": "bar"},
    "include_body": {"top_k": 40, "inner": {"a": [1, "two"]}},
    "exclude_body": ("seed",),
    "post_processing": "strict",
    "options": {"api": "chat"},
    "outbound_proxy": "http://me:CANARY-pass@127.0.0.1:3128",
    "verify_tls": False,
    "show_external": True,
    "bypass_status_check": True,
    "notes": "mine",
}


async def carried(tapster):
    """Write the file, and read it as another program would."""
    return json.decode(json.encode(await tapster.connection_files.write()), type=ConnectionFile)


async def test_what_is_carried_is_there_as_it_was_without_keys(tapster, tmp_path):
    proxy = await tapster.proxies.add("P", "http://127.0.0.1:9/v1", Secret("CANARY-password"))
    own = await add(tapster, "openai", None, KEY, **FIELDS)
    behind = await tapster.connections.add("behind", "claude")
    await tapster.connections.edit("behind", _through(proxy.name))
    file = await carried(tapster)

    async with open_tapster(tmp_path / "other") as other:
        taken = await other.connection_files.take_in(file)
        there = {each.name: each for each in taken.added}
        again = await other.connection_files.take_in(file)
        same = await carried(other)

    assert "CANARY" not in str(file)
    assert own.name in there
    assert not taken.skipped
    assert not taken.renamed
    mine = there["here"]
    kept = ("source", "endpoint", "timeouts", *FIELDS.keys())
    assert {name: getattr(mine, name) for name in kept} == {
        name: getattr(own, name) for name in kept
    }
    assert mine.id != own.id
    assert there[behind.name].proxy == taken.proxies[0].id
    # Taken in once more, nothing is doubled.
    assert not again.added
    assert not again.proxies
    assert {each.name for each in again.skipped} == {"here", "behind"}
    assert same == file


def _through(name):
    return Draft(proxy=name)


async def test_what_looks_like_a_secret_is_left_out_and_named(tapster):
    own = await add(
        tapster,
        "custom",
        "http://127.0.0.1:9/v1",
        None,
        include_body={
            "api_key": "CANARY",
            "deep": {"token": "CANARY", "top_k": 1},
            "credentials": {"user": "me", "pin": "CANARY"},
            "auth": ["CANARY"],
        },
        notes=f"the key is {KEY}",
    )
    async with tapster._store.begin() as rows:  # as an older version let it be saved
        await rows.connections.replace(
            structs.replace(own, headers={"X-Auth-Token": "CANARY", "X-Team": "bar"})
        )
    tapster.relay.book.forget()

    (file,) = (await carried(tapster)).connections

    assert "CANARY" not in str(file)
    assert file.headers == {"X-Team": "bar"}
    assert file.include_body == {"deep": {"top_k": 1}}
    assert set(file.left_out) == {
        "headers.X-Auth-Token",
        "include_body.api_key",
        "include_body.deep.token",
        "include_body.credentials",
        "include_body.auth",
    }


async def test_another_of_the_same_name_gets_a_new_one(tapster):
    await add(tapster, "openai", None, None)
    await tapster.proxies.add("P", "http://127.0.0.1:9/v1")
    file = json.decode(
        b"""{"format": "tapster-connections", "version": 1,
        "connections": [{"name": "Here", "source": "claude", "proxy": "p"}],
        "proxies": [{"name": "p", "url": "http://127.0.0.1:8/v1"}]}""",
        type=ConnectionFile,
    )

    taken = await tapster.connection_files.take_in(file)

    (added,), (proxy,) = taken.added, taken.proxies
    assert (added.name, proxy.name) == ("Here 2", "p 2")
    assert added.proxy == proxy.id
    assert [(each.before, each.after) for each in taken.renamed] == [
        ("p", "p 2"),
        ("Here", "Here 2"),
    ]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"source": "telepathy"}, "'telepathy' is not installed"),
        ({"source": "openai", "endpoint": "nowhere"}, "is no URL"),
        ({"source": "openai", "post_processing": "tidy"}, "one of: none, merge"),
        ({"source": "openai", "proxy": "nobody"}, "no proxy preset called 'nobody'"),
        ({"source": "custom"}, "needs an endpoint"),
        ({"source": "openai", "options": {"x": "y"}}, "has no option 'x'"),
        ({"source": "openai", "headers": {"X-Api-Key": "k"}}, "keys are kept in the"),
    ],
    ids=str,
)
async def test_what_cannot_be_added_is_skipped_with_the_reason_and_the_rest_is_added(
    tapster, fields, why
):
    bad = CarriedConnection(name="bad", **fields)
    good = CarriedConnection(name="good", source="openai")

    taken = await tapster.connection_files.take_in(ConnectionFile(connections=(bad, good)))

    assert [each.name for each in taken.added] == ["good"]
    (skipped,) = taken.skipped
    assert skipped.name == "bad"
    assert why in skipped.why


@pytest.mark.parametrize("file", [ConnectionFile(format="x"), ConnectionFile(version=2)], ids=str)
async def test_a_file_of_another_kind_is_refused(tapster, file):
    with pytest.raises(InvalidInput, match="tapster connections export"):
        await tapster.connection_files.take_in(file)


@pytest.mark.parametrize(
    "file",
    [
        ConnectionFile(connections=(CarriedConnection(name="a", source="openai"),) * 501),
        ConnectionFile(proxies=(CarriedProxy(name="a", url="http://127.0.0.1:9/v1"),) * 501),
    ],
    ids=["connections", "proxies"],
)
async def test_a_file_of_more_than_anyone_has_is_refused_before_any_is_added(tapster, file):
    with pytest.raises(InvalidInput, match="in parts"):
        await tapster.connection_files.take_in(file)

    assert not [each for each in await tapster.connections.all() if not each.ready_made]
    assert not await tapster.proxies.all()
