"""Which keys an endpoint is reached with, and how long they stay in memory."""

import asyncio

from tapster.core.secrets import Secret
from tapsters import add, open_tapster

OLD, NEW = "sk-good-old-0123456789", "sk-good-new-0123456789"


async def say(tapster):
    return [event async for event in tapster.stream("here/echo", "Hi")]


async def serve_a_while(tapster):
    """Ask as a busy server does, so that what it last looked at is half a second apart."""
    await say(tapster)
    await asyncio.sleep(0.3)
    await say(tapster)


async def test_a_key_replaced_by_another_process_is_used_from_then_on(tmp_path, mock):
    async with open_tapster(tmp_path) as server, open_tapster(tmp_path) as elsewhere:
        await add(server, "custom", mock.url + "/compatible/v1", OLD)
        await serve_a_while(server)

        await elsewhere.keys.rotate("here", Secret(NEW))
        await asyncio.sleep(0.3)
        await say(server)

        assert mock.last.headers["authorization"] == f"Bearer {NEW}"


async def test_a_key_removed_by_another_process_is_sent_no_more(tmp_path, mock):
    async with open_tapster(tmp_path) as server, open_tapster(tmp_path) as elsewhere:
        await add(server, "custom", mock.url + "/compatible/v1", OLD)
        await serve_a_while(server)

        await elsewhere.keys.remove("here")
        await asyncio.sleep(0.3)
        mock.clear()
        await say(server)

        assert mock.requests
        assert all("authorization" not in record.headers for record in mock.requests)


async def test_a_removed_connection_leaves_no_legible_key_in_memory(tapster, mock):
    await add(tapster, "custom", mock.url + "/compatible/v1", OLD)
    await say(tapster)
    await say(tapster)
    reached = tapster.relay.endpoints
    assert any(each.has_key for each in reached._reached.values())  # its memory

    await tapster.connections.remove("here")
    await add(tapster, "custom", mock.url + "/compatible/v1", None)
    await say(tapster)

    assert not any(each.has_key for each in reached._reached.values())  # its memory
