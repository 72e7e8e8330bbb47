"""Stopping: the server itself ends the answer, and nobody else's."""

import asyncio
from contextlib import aclosing

import pytest

from mock_provider.vendors.local_servers import LOCAL_SERVERS
from tapster.core.errors import Reason, SourceError
from tapster.core.events import TextDelta
from tapster.core.links import Timeouts
from tapster.core.messages import says
from tapster.core.requests import ChatRequest
from tapsters import add, open_tapster, text_of

LONG = "long@100@0.02"
ABORT, STOP = "/koboldcpp/api/extra/abort", "/textgen/v1/internal/stop-generation"


def asking(text="Hi", **more):
    return ChatRequest(model=LONG, messages=(says("user", text),), **more)


async def leave_early(tapster, request=None):
    """Leave an answer at its first word."""
    async with aclosing(tapster.stream(f"here/{LONG}", request or asking())) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break


def orders(mock, path):
    return [record for record in mock.requests if record.path == path]


async def heard(tapster, mock, path):
    """Return the orders to stop that were given."""
    await tapster.relay.aclose()
    return orders(mock, path)


async def test_koboldcpp_is_told_to_stop_the_answer_by_its_name(tapster, mock):
    await add(tapster, "koboldcpp", f"{mock.url}/koboldcpp")

    await leave_early(tapster)

    (order,) = await heard(tapster, mock, ABORT)
    asked = next(record for record in mock.requests if record.path.endswith("/chat/completions"))
    assert len(asked.body["genkey"]) == 32
    assert order.body == {"genkey": asked.body["genkey"]}
    assert order.headers["authorization"] == "Bearer sk-good-0123456789"
    assert mock.vendor("koboldcpp").stopped == [asked.body["genkey"]]


async def test_another_persons_answer_at_the_same_server_goes_on(tapster, mock):
    await add(tapster, "koboldcpp", f"{mock.url}/koboldcpp")

    async def whole():
        return [event async for event in tapster.stream("here", asking("mock:long@40@0.02\n"))]

    other = asyncio.create_task(whole())
    await leave_early(tapster)
    await heard(tapster, mock, ABORT)

    assert len(text_of(await other).split()) == 40


async def test_an_answer_that_is_not_waited_for_any_longer_is_stopped(tapster, mock):
    stuck = f"{mock.url}/~fault=stall@1/koboldcpp"
    await add(tapster, "koboldcpp", stuck, timeouts=Timeouts(connect=5, idle=0.2, total=60))

    with pytest.raises(SourceError) as raised:
        async for _ in tapster.stream(f"here/{LONG}", asking()):
            pass
    await tapster.relay.aclose()

    assert raised.value.reason is Reason.TIMEOUT
    assert [each.path for each in mock.requests if each.path.endswith("/abort")]


async def test_text_that_is_continued_can_be_stopped_too(tapster, mock):
    await add(tapster, "koboldcpp", f"{mock.url}/koboldcpp")

    await leave_early(tapster, ChatRequest(model=LONG, messages=(), prompt="Once"))

    (order,) = await heard(tapster, mock, ABORT)
    asked = next(record for record in mock.requests if record.path.endswith("/v1/completions"))
    assert order.body == {"genkey": asked.body["genkey"]}


async def test_an_answer_that_came_to_its_end_is_not_stopped(tapster, mock):
    await add(tapster, "koboldcpp", f"{mock.url}/koboldcpp")

    async for _ in tapster.stream("here", ChatRequest("m", (says("user", "Hi"),))):
        pass
    await tapster.connections.check("here")

    assert not orders(mock, ABORT)


@pytest.mark.parametrize(
    "rules", [{"include_body": {"genkey": "ours"}}, {"exclude_body": ("genkey",)}]
)
async def test_without_a_name_of_its_own_nothing_is_stopped_by_a_call(tapster, mock, rules):
    await add(tapster, "koboldcpp", f"{mock.url}/koboldcpp", **rules)

    await leave_early(tapster)
    await mock.until_left(next(each for each in mock.requests if each.path.endswith("completions")))

    assert not await heard(tapster, mock, ABORT)


async def test_the_server_is_told_although_everything_is_closed_at_once(tmp_path, mock):
    async with open_tapster(tmp_path) as tapster:
        await add(tapster, "koboldcpp", f"{mock.url}/koboldcpp")
        await leave_early(tapster)

    assert [order.status for order in orders(mock, ABORT)] == [200]


async def test_a_server_that_does_not_listen_keeps_nobody_waiting(tapster, mock):
    await add(tapster, "koboldcpp", f"{mock.url}/~fault=hang/koboldcpp")
    # The fault is of all calls: the answer itself is left while its first byte is awaited.
    asked = asyncio.create_task(leave_early(tapster))
    async with asyncio.timeout(10):
        while not mock.requests:  # noqa: ASYNC110  # the mock has no word for it
            await asyncio.sleep(0.01)

    asked.cancel()
    # The call to stop is given three seconds.
    async with asyncio.timeout(2.5):
        await asyncio.gather(asked, return_exceptions=True)
    async with asyncio.timeout(10):
        await tapster.relay.aclose()

    assert len(mock.requests) == 2


async def test_textgen_is_not_told_to_stop_what_may_be_anothers(tapster, mock):
    await add(tapster, "textgen", f"{mock.url}/textgen")

    await leave_early(tapster)
    await mock.until_left(mock.requests[0])

    assert not await heard(tapster, mock, STOP)


async def test_textgen_is_told_where_the_person_wants_it(tapster, mock):
    await add(tapster, "textgen", f"{mock.url}/textgen", options={"stopping": "everything"})

    await leave_early(tapster)

    (order,) = await heard(tapster, mock, STOP)
    assert order.status == 200


@pytest.mark.parametrize("server", [vendor.name for vendor in LOCAL_SERVERS])
async def test_the_connection_is_closed_at_once(tapster, mock, server):
    await add(tapster, server, f"{mock.url}/{server}")

    await leave_early(tapster)

    record = mock.requests[0]
    await mock.until_left(record)
    assert record.sent < 100
