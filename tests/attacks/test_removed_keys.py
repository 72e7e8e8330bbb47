"""What a person removes at the desk is in no file any more, not even sealed."""

import pytest

from tapster.app import Draft
from tapster.core.secrets import Secret
from tapsters import add, open_tapster

ENDPOINT = "http://127.0.0.1:9/v1"
LONG = Secret("sk-CANARY-0123456789" * 40)


async def remove_connection(tapster):
    await tapster.connections.remove("here")


async def forget_outbound_proxy(tapster):
    await tapster.connections.edit("here", Draft(outbound_proxy=None))


async def remove_preset(tapster):
    await tapster.proxies.remove("bar")


async def change_password(tapster):
    await tapster.proxies.edit("bar", password=Secret("pw-other-0123456789"))


async def enter_again(tapster):
    await tapster.connections.edit("here", Draft(endpoint="http://127.0.0.1:10/v1"))
    await tapster.connections.edit("here", Draft(endpoint=ENDPOINT))
    await tapster.keys.set("here", LONG)


@pytest.mark.parametrize(
    ("removed", "remove"),
    [
        ("connection", remove_connection),
        ("outbound", remove_connection),
        ("outbound", forget_outbound_proxy),
        ("proxy", remove_preset),
        ("proxy", change_password),
        ("connection", enter_again),
    ],
)
async def test_no_ciphertext_outlives_its_removal(tmp_path, removed, remove):
    async with open_tapster(tmp_path) as tapster:
        await tapster.proxies.add("bar", ENDPOINT, LONG)
        outbound = f"http://me:{LONG.reveal()}@127.0.0.1:8"
        await add(tapster, "custom", ENDPOINT, LONG.reveal(), outbound_proxy=outbound)
        async with tapster._store.read() as rows:
            kept = await rows.keys.all()
        (sealed,) = [each.sealed for each in kept if each.key.owner.startswith(f"{removed}:")]

        await remove(tapster)

        data = b"".join(f.read_bytes() for f in (tmp_path / "data").rglob("*") if f.is_file())
        assert sealed[21:53] not in data
        assert sealed[-32:] not in data
