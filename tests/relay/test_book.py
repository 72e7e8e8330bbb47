"""The book of connections: who asks sees what is saved, however many ask at once."""

import asyncio

import pytest

from tapster.app import Draft
from tapster.relay.book import Book, Moved
from tapsters import add


class Slow:
    """A store whose state takes until `go` to be read."""

    def __init__(self, store):
        self._store = store
        self.begin, self.read = store.begin, store.read
        self.asked = asyncio.Event()
        self.go = asyncio.Event()

    async def version_stamp(self):
        stamp = await self._store.version_stamp()
        self.asked.set()
        await self.go.wait()
        return stamp


@pytest.fixture
def slow(tapster):
    return Slow(tapster._store)


@pytest.fixture
def book(slow):
    return Book(slow, {}, {}, freshness=60)


async def test_the_first_questions_all_wait_until_the_book_is_read(tapster, slow, book):
    await add(tapster, "custom", "http://127.0.0.1:1/v1")

    questions = [asyncio.ensure_future(book.connections()) for _ in range(3)]
    await slow.asked.wait()
    slow.go.set()

    for question in questions:
        assert [each.name for each in await question] == ["here"]


async def test_what_is_saved_during_a_look_is_seen_by_who_asks_after_it(tapster, slow, book):
    look = asyncio.ensure_future(book.connections())
    await slow.asked.wait()

    await add(tapster, "custom", "http://127.0.0.1:1/v1")
    book.forget()
    slow.go.set()
    await look

    assert [each.name for each in await book.connections()] == ["here"]


async def test_an_address_somebody_changed_in_the_meantime_is_left_alone(tapster):
    searched = await add(tapster, "custom", "http://127.0.0.1:1/given")
    await tapster.connections.edit("here", Draft(endpoint="http://127.0.0.1:1/edited"))

    moved = await tapster.relay.book.move(
        searched, searched.endpoint, "http://127.0.0.1:1/given/v1", now=2.0
    )

    assert moved is Moved.CHANGED
    assert (await tapster.connections.find("here")).endpoint == "http://127.0.0.1:1/edited"


async def test_an_address_is_kept_beside_what_else_was_changed_in_the_meantime(tapster):
    searched = await add(tapster, "custom", "http://127.0.0.1:1/given")
    await tapster.connections.edit("here", Draft(model="m"))

    moved = await tapster.relay.book.move(
        searched, searched.endpoint, "http://127.0.0.1:1/given/v1", now=2.0
    )

    saved = await tapster.connections.find("here")
    assert moved is Moved.KEPT
    assert (saved.model, saved.endpoint) == ("m", "http://127.0.0.1:1/given/v1")
