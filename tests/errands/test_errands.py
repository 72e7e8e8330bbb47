"""Calls that pages carry out: offered, taken once, heard in order, ended honestly."""

import asyncio
from contextlib import asynccontextmanager, suppress

import msgspec
import pytest

from tapster.broadcast import MemoryBroadcast
from tapster.core.errands import Asker, Broke, Claim, Decline, Done, Left, MoreWords, PageReport
from tapster.core.errors import Busy, NotFound, Reason, SourceError
from tapster.core.links import Call
from tapster.core.news import ErrandEnded, ErrandOffered, News
from tapster.errands import Desk, Pace, PageTransport

PAGE, OTHER = "page-of-ada-1", "page-of-ada-2"
ADA = Asker("ada", PAGE)
# What is waited for in vain is short; what is waited for with success is long.
PATIENT = Pace(asking=20, taken=40, again=0.05, others=0.3, silence=20, asleep=20)
URL = "page://window.ai/chat/completions"


def call(body=None, *, url=URL, asker=ADA, method="POST"):
    body = {"model": "default", "messages": []} if body is None else body
    return Call(method=method, url=url, body=msgspec.json.encode(body), asker=asker)


class Person:
    """Hears what the open pages of a person hear."""

    def __init__(self, broadcast, name):
        self._hearing = broadcast.hear(name)
        self._ear = self._hearing.__enter__()

    async def until(self, kind):
        async with asyncio.timeout(20):
            while True:
                for word in await self._ear.take():
                    news = msgspec.json.decode(word.body, type=News)
                    if isinstance(news, kind):
                        return news

    async def hears_nothing(self):
        with suppress(TimeoutError):
            async with asyncio.timeout(0.1):
                return not await self._ear.take()
        return True


class House:
    def __init__(self, pace=PATIENT):
        self._ids = iter(range(1000))
        self.broadcast = MemoryBroadcast()
        self.desk = Desk(self.broadcast, new_id=lambda: f"errand-{next(self._ids)}", pace=pace)
        self.transport = PageTransport(self.desk)
        self.ada = Person(self.broadcast, "ada")

    async def ask(self, errand, question, person="ada"):
        return await self.desk.ask(person, errand, question)

    def read(self, asked=None):
        """Begin to read an answer; return the task, whose result is the chunks and the error."""

        async def read():
            chunks, error = [], None
            try:
                async with self.transport.send(asked or call()) as answer:
                    assert await answer.framing() == "events"
                    async for frames in answer.frames():
                        chunks += [frame.data for frame in frames]
            except SourceError as caught:
                error = caught
            return chunks, error

        return asyncio.create_task(read())

    @asynccontextmanager
    async def taken(self, asked=None, *, page=PAGE, model=None):
        """An answer under way that a page has taken: the id of its errand, and who reads it."""
        reading = self.read(asked)
        offered = await self.ada.until(ErrandOffered)
        await self.ask(offered.errand_id, Claim(page, model))
        try:
            yield offered.errand_id, reading
        finally:
            reading.cancel()


@pytest.fixture
def house():
    return House()


def text_of(chunks):
    choices = [msgspec.json.decode(each)["choices"][0] for each in chunks if each != b"[DONE]"]
    return "".join(choice["delta"].get("content", "") for choice in choices)


async def test_what_a_page_says_comes_out_as_an_answer(house):
    async with house.taken(call({"model": "a/b", "messages": [1]}), model="a/b") as (id_, reading):
        first = await house.ask(id_, PageReport(PAGE, 1, (MoreWords("Hel"), MoreWords("lo"))))
        last = await house.ask(id_, PageReport(PAGE, 3, (Done(),)))

        chunks, error = await reading

    assert error is None
    assert text_of(chunks) == "Hello"
    assert (first.next, last.next) == (3, 4)
    *_, end, done = chunks
    assert msgspec.json.decode(end)["choices"][0]["finish_reason"] == "stop"
    assert msgspec.json.decode(end)["model"] == "a/b"
    assert done == b"[DONE]"


async def test_the_page_gets_the_body_and_no_name_for_what_it_chooses_itself(house):
    reading = house.read(call({"model": "default", "messages": ["x"], "temperature": 0.5}))
    offered = await house.ada.until(ErrandOffered)

    reply = await house.ask(offered.errand_id, Claim(PAGE))

    assert reply.body == {"messages": ["x"], "temperature": 0.5}
    assert offered.ability == "window.ai"
    reading.cancel()


@pytest.mark.parametrize(
    ("streamed", "whole", "shown"),
    [
        (("Hel", "lo"), "Hello", "Hello"),
        ((), "Hello", "Hello"),
        (("Hel",), "Hello", "Hello"),
        (("Hello",), "Hello ", "Hello "),
        (("Hello",), None, "Hello"),
        (("Hello",), "Something else", "Hello"),
    ],
)
async def test_what_is_said_once_more_at_the_end_stands_there_once(house, streamed, whole, shown):
    async with house.taken() as (id_, reading):
        await house.ask(id_, PageReport(PAGE, 1, (*map(MoreWords, streamed), Done(whole))))

        chunks, error = await reading

    assert (text_of(chunks), error) == (shown, None)


async def test_pieces_that_come_again_are_heard_once_and_a_gap_is_asked_for(house):
    async with house.taken() as (id_, reading):
        await house.ask(id_, PageReport(PAGE, 1, (MoreWords("a"), MoreWords("b"))))
        again = await house.ask(id_, PageReport(PAGE, 2, (MoreWords("b"), MoreWords("c"))))
        gap = await house.ask(id_, PageReport(PAGE, 9, (MoreWords("z"),)))
        await house.ask(id_, PageReport(PAGE, 4, (Done(),)))

        chunks, _ = await reading

    assert (again.next, gap.next) == (4, 4)
    assert text_of(chunks) == "abc"


async def test_the_page_that_asks_is_the_only_one_at_first(house):
    reading = house.read()

    offered = await house.ada.until(ErrandOffered)

    assert offered.page == PAGE
    reading.cancel()


async def test_once_it_declines_all_others_are_asked(house):
    reading = house.read()
    offered = await house.ada.until(ErrandOffered)

    await house.ask(offered.errand_id, Decline(PAGE, "absent"))
    while (offered := await house.ada.until(ErrandOffered)).page is not None:
        pass
    taken = await house.ask(offered.errand_id, Claim(OTHER))

    assert taken.body is not None
    reading.cancel()


async def test_one_page_takes_it_and_another_is_told_so(house):
    async with house.taken() as (id_, _):
        again = await house.ask(id_, Claim(PAGE))
        other = await house.ask(id_, Claim(OTHER))
        report = await house.ask(id_, PageReport(OTHER, 1, (MoreWords("mine"),)))

    # The same page may have missed the first answer.
    assert again.body is not None
    assert other.taken
    assert other.body is None
    assert report.taken


async def test_without_a_page_that_can_it_says_what_is_missing():
    house = House(Pace(asking=0.02, taken=0.1, again=0.02))

    _, error = await house.read()

    assert error.reason is Reason.NOT_FOUND
    assert not error.retryable
    assert "https://windowai.io" in error.message


async def test_why_the_page_that_asks_cannot_is_what_is_told(house):
    reading = house.read(call(url="page://language-model/chat/completions"))
    offered = await house.ada.until(ErrandOffered)

    await house.ask(offered.errand_id, Decline(OTHER, "unavailable"))
    await house.ask(offered.errand_id, Decline(PAGE, "downloadable"))
    _, error = await reading

    assert error.code == "no_page"
    assert "download it" in error.message


async def test_a_page_that_leaves_ends_it_with_its_words(house):
    async with house.taken() as (id_, reading):
        await house.ask(id_, PageReport(PAGE, 1, (MoreWords("Once upon"), Left())))

        chunks, error = await reading

    assert text_of(chunks) == "Once upon"
    assert error.reason is Reason.INTERRUPTED
    assert "Continue" in error.message


async def test_a_page_that_is_silent_is_gone_and_one_that_shows_itself_is_not():
    house = House(Pace(silence=1.5, asleep=20))
    async with house.taken() as (id_, reading):
        for _ in range(8):
            await asyncio.sleep(0.3)
            assert not (await house.ask(id_, PageReport(PAGE, 1))).ended

        _, error = await reading

    assert error.code == "page_gone"


async def test_a_page_that_nobody_sees_may_sleep():
    house = House(Pace(silence=0.05, asleep=20))
    async with house.taken() as (id_, reading):
        await house.ask(id_, PageReport(PAGE, 1, unseen=True))
        await asyncio.sleep(0.3)
        assert not reading.done()

        await house.ask(id_, PageReport(PAGE, 1, (Done("late"),), unseen=True))
        chunks, _ = await reading

    assert text_of(chunks) == "late"


async def test_whoever_stops_has_the_page_told_and_later_pieces_are_in_vain(house):
    async with house.taken() as (id_, reading):
        await house.ask(id_, PageReport(PAGE, 1, (MoreWords("a"),)))
        reading.cancel()

        ended = await house.ada.until(ErrandEnded)
        late = await house.ask(id_, PageReport(PAGE, 2, (MoreWords("b"),)))

    assert ended.errand_id == id_
    assert late.ended


@pytest.mark.parametrize(
    ("ability", "said", "reason", "status"),
    [
        ("window.ai", ("NOT_AUTHENTICATED", ""), Reason.AUTH, 401),
        ("window.ai", ("PERMISSION_DENIED", ""), Reason.PERMISSION, 403),
        ("window.ai", ("REQUEST_NOT_FOUND", ""), Reason.INTERRUPTED, 500),
        ("window.ai", ("INVALID_REQUEST", ""), Reason.INVALID, 400),
        ("window.ai", ("PAYMENT_REQUIRED", ""), Reason.BILLING, 402),
        ("window.ai", ("MODEL_REJECTED_REQUEST", "429: Slow down"), Reason.RATE_LIMIT, 429),
        ("window.ai", ("MODEL_REJECTED_REQUEST", ""), Reason.INVALID, None),
        ("window.ai", ("MODEL_REJECTED_REQUEST", "599"), Reason.INTERRUPTED, 599),
        ("window.ai", ("Error", "Invalid options"), Reason.INTERRUPTED, None),
        ("language-model", ("NotAllowedError", ""), Reason.PERMISSION, 403),
        ("language-model", ("NotSupportedError", ""), Reason.INVALID, 400),
        ("language-model", ("QuotaExceededError", ""), Reason.TOO_LARGE, 413),
        ("language-model", ("OperationError", "It crashed"), Reason.INTERRUPTED, None),
    ],
)
async def test_each_code_has_its_reason_and_a_sentence(house, ability, said, reason, status):
    asked = call(url=f"page://{ability}/chat/completions")
    async with house.taken(asked) as (id_, reading):
        await house.ask(id_, PageReport(PAGE, 1, (Broke(*said),)))

        _, error = await reading

    assert (error.reason, error.status) == (reason, status)
    assert len(error.message) > 8


async def test_what_was_said_before_it_broke_is_kept(house):
    async with house.taken() as (id_, reading):
        await house.ask(id_, PageReport(PAGE, 1, (MoreWords("half"), Broke("PAYMENT_REQUIRED"))))

        chunks, error = await reading

    assert text_of(chunks) == "half"
    assert error.status == 402


async def test_an_answer_without_end_is_cut_off(house):
    async with house.taken() as (id_, reading):
        for first in range(1, 23):
            await house.ask(id_, PageReport(PAGE, first, (MoreWords("x" * 200_000),)))

        _, error = await reading

    assert error.code == "too_long"


async def test_whoever_asks_without_a_page_is_told_where_it_lives(house):
    _, error = await house.read(call(asker=None))

    assert error.code == "needs_page"
    assert "open Tapster in a browser" in error.message
    assert await house.ada.hears_nothing()


@pytest.mark.parametrize(
    "asked",
    [
        call(method="GET", url="page://window.ai/models"),
        call(url="page://elsewhere/chat/completions"),
    ],
)
async def test_there_is_nothing_else_to_ask_a_page(house, asked):
    async with house.transport.send(asked) as answer:
        assert answer.status == 404


async def test_another_person_neither_hears_nor_takes_nor_feeds_it(house):
    bob = Person(house.broadcast, "bob")
    async with house.taken() as (id_, reading):
        for question in (
            Claim(PAGE),
            Decline(PAGE, "x"),
            PageReport(PAGE, 1, (MoreWords("evil"),)),
        ):
            with pytest.raises(NotFound):
                await house.ask(id_, question, person="bob")
        await house.ask(id_, PageReport(PAGE, 1, (Done("good"),)))

        chunks, _ = await reading

    with pytest.raises(NotFound):
        await house.ask(id_, Claim(PAGE), person="bob")
    assert text_of(chunks) == "good"
    assert await bob.hears_nothing()


async def test_one_person_has_so_many_at_most(house):
    readings = [house.read() for _ in range(8)]
    await asyncio.sleep(0)
    with pytest.raises(Busy):
        await house.read()
    for reading in readings:
        reading.cancel()
    await asyncio.gather(*readings, return_exceptions=True)

    async with house.taken() as (_, reading):
        assert not reading.done()
