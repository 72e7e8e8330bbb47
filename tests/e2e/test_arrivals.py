"""What is left of an import whose process was killed."""

import asyncio
import sqlite3
import time
from contextlib import closing

import pytest

from running import Home, serving
from tapster.core.chats import Chat, ChatMessage
from tapster.store import Store


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path / "home")


async def leave_half_a_chat(database):
    store = await Store.open(f"sqlite:///{database}")
    async with store.begin() as rows:
        await rows.arrivals.begin(Chat(id="half", owner="me"), at=1.0)
        await rows.messages.add_all([ChatMessage(id="one", chat_id="half", role="user")])
    await store.close()


def test_a_server_removes_it_though_nobody_imports_anything_again(home):
    database = home.data / "tapster.db"
    home.run("chats", "list")
    asyncio.run(leave_half_a_chat(database))

    with serving(home), closing(sqlite3.connect(database)) as look:
        ends = time.monotonic() + 30
        while look.execute("SELECT id FROM chats UNION SELECT id FROM messages").fetchall():
            assert time.monotonic() < ends, "it is still there"
            time.sleep(0.05)
