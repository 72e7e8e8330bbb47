"""Lines 37 and 41: what an upstream may send, and what it must not cost us."""

import asyncio
import gzip
import time
import tracemalloc

import pytest

from tapster.core.errors import Reason, SourceError
from tapster.core.links import Frame, Timeouts
from tapster.net import FrameParser, HttpTransport, Limits
from timed import timed
from upstreams import (
    QUICK,
    STREAM,
    answering,
    body_of,
    frames_of,
    get,
    head,
    read_request,
    serving,
    whole,
)

SMALL = Limits(line=10_000, event=20_000, document=100_000, stream=200_000)


@pytest.fixture
async def transport():
    async with HttpTransport(limits=SMALL) as transport:
        yield transport


def endless(start: bytes, piece: bytes, pause: float = 0.0):
    async def handler(reader, writer):
        await read_request(reader)
        writer.write(start)
        while True:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(pause)

    return handler


@pytest.mark.parametrize(
    ("piece", "words"),
    [
        (b"data: " + b"x" * 1000 + b"\n\n", "The answer is larger than"),
        (b": keep-alive\n\n" * 100, "The answer is larger than"),
        (b"\n" * 1000, "The answer is larger than"),
        (b"x" * 1000, "A line of the stream is larger than"),
        (b"data: " + b"x" * 1000 + b"\n", "An event of the stream is larger than"),
        (b'{"a":' * 1000, "A JSON value of the stream is larger than"),
        (b"[" * 1000, "A JSON value of the stream is larger than"),
    ],
)
async def test_an_endless_stream_is_cut_at_its_limit(transport, piece, words):
    async with serving(endless(STREAM, piece)) as port:
        with pytest.raises(SourceError, match=words) as refused:
            await frames_of(transport, get(port))

    assert refused.value.reason is Reason.TOO_LARGE
    assert not refused.value.retryable


@pytest.mark.parametrize("start", [head(), STREAM, head("content-length: 9999999999999")])
async def test_an_endless_body_is_cut_at_its_limit(transport, start):
    async with serving(endless(start, b"x" * 5000)) as port:
        with pytest.raises(SourceError, match="The answer is larger than 100,000 bytes"):
            await body_of(transport, get(port))


async def test_blank_padding_without_end_is_cut_while_looking_for_the_first_word(transport):
    async with serving(endless(head(), b" \n" * 2000)) as port, transport.send(get(port)) as got:
        with pytest.raises(SourceError, match="The answer is larger than"):
            await got.framing()


@timed
async def test_a_trickle_of_bytes_ends_by_the_total_time_out(transport):
    seen = []
    timeouts = Timeouts(connect=1, idle=0.3, total=0.5)
    async with serving(endless(STREAM, b"data: a\n\n", pause=0.1)) as port:
        begin = time.perf_counter()
        with pytest.raises(SourceError, match="took longer than") as failed:
            async with transport.send(get(port, timeouts=timeouts)) as answer:
                async for frames in answer.frames():
                    seen += frames
        assert 0.4 < time.perf_counter() - begin < 1

    assert failed.value.reason is Reason.TIMEOUT
    assert Frame(b"a") in seen


def test_a_line_of_100_megabytes_costs_no_more_memory_than_its_limit():
    parser = FrameParser(Limits(line=1_000_000))
    chunk = b"x" * 65536
    tracemalloc.start()
    try:
        with pytest.raises(SourceError):
            for _ in range(1600):
                parser.feed(chunk)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 4_000_000


@timed
async def test_a_line_of_100_megabytes_within_the_limits_is_read_in_linear_time():
    parser, chunk = FrameParser(Limits(line=1 << 30, event=1 << 30)), b"x" * 65536
    begin = time.process_time()
    parser.feed(b"data: ")
    for _ in range(1600):
        parser.feed(chunk)
    (frame,) = parser.feed(b"\n\n")

    assert len(frame.data) == 1600 * 65536
    assert time.process_time() - begin < 2


async def test_invalid_utf8_and_lone_surrogates_pass_through_as_they_are(transport):
    pieces = [STREAM, b"data: \xf0\x9f", b"\xa7", b"\xff\xc3\n", b'\ndata: "\\ud8', b'00"\n\n']
    async with serving(answering(*pieces, pause=0.001)) as port:
        frames = await frames_of(transport, get(port))

    assert frames == [Frame(b"\xf0\x9f\xa7\xff\xc3"), Frame(b'"\\ud800"')]


async def test_an_event_of_an_unknown_name_is_only_a_name(transport):
    async with serving(answering(STREAM, b"event: execute\ndata: rm\n\n")) as port:
        assert await frames_of(transport, get(port)) == [Frame(b"rm", "execute")]


async def test_what_comes_after_a_too_small_content_length_reaches_nobody(transport):
    pieces = [head("content-length: 9") + b"data: a\n\n", whole(b"data: smuggled\n\n")]
    async with serving(answering(*pieces, pause=0.02)) as port:
        for _ in range(2):
            assert await frames_of(transport, get(port)) == [Frame(b"a")]
            await asyncio.sleep(0.05)


@pytest.mark.parametrize("content_type", ["text/html", "text/event-stream", "application/json"])
async def test_a_page_with_status_200_is_a_document_whatever_it_is_called(transport, content_type):
    page = whole(b"\n<!DOCTYPE html><p>data: a</p>", f"content-type: {content_type}")
    async with serving(answering(page)) as port, transport.send(get(port)) as answer:
        assert answer.status == 200
        assert await answer.framing() == "document"


@pytest.mark.parametrize("lines", [("x: " + "y" * 100_000,), ("x: y",) * 1000])
async def test_an_endless_head_is_no_http(transport, lines):
    async with serving(answering(head(*lines))) as port:
        with pytest.raises(SourceError) as failed:
            await body_of(transport, get(port))

    assert failed.value.reason is Reason.NOT_AN_API


@pytest.mark.parametrize("depth", [10_000])
@pytest.mark.parametrize("shape", ["lines", "array", "event"])
async def test_json_of_any_depth_is_only_bytes_here(transport, shape, depth):
    deep = b'{"a":' * (depth // 5) + b"1" + b"}" * (depth // 5)
    body = {"lines": deep + b"\n", "array": b"[" + deep + b"]", "event": b"data: " + deep + b"\n\n"}
    async with serving(answering(STREAM, body[shape])) as port:
        limits = Limits()
        async with HttpTransport(limits=limits) as roomy:
            assert await frames_of(roomy, get(port)) == [Frame(deep)]


@pytest.mark.parametrize("encoding", ["gzip", "br"])
@pytest.mark.parametrize("take", [body_of, frames_of])
async def test_a_bomb_is_opened_no_further_than_the_limit(encoding, take):
    body = b"data: " + b"\0" * 50_000_000
    if encoding == "br":
        bomb = pytest.importorskip("brotli").compress(body, quality=1)
    else:
        bomb = gzip.compress(body, 1)
    limits = Limits(line=1_000_000, document=1_000_000)
    lines = (f"content-encoding: {encoding}", "content-type: text/event-stream")
    async with (
        serving(answering(whole(bomb, *lines))) as port,
        HttpTransport(limits=limits) as transport,
    ):
        tracemalloc.start()
        try:
            with pytest.raises(SourceError) as refused:
                await take(transport, get(port, timeouts=QUICK))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert refused.value.reason is Reason.TOO_LARGE
    assert peak < 8_000_000


@timed
async def test_others_get_their_turn_while_a_bomb_is_opened():
    bomb = gzip.compress(b"data: a\n\n" * 300_000, 9)
    longest = 0.0

    async def watch():
        nonlocal longest
        while True:
            begin = time.perf_counter()
            await asyncio.sleep(0)
            longest = max(longest, time.perf_counter() - begin)

    page = whole(bomb, "content-encoding: gzip", "content-type: text/event-stream")
    async with serving(answering(page)) as port, HttpTransport() as transport:
        watcher = asyncio.ensure_future(watch())
        async with transport.send(get(port, timeouts=Timeouts())) as answer:
            count = 0
            async for frames in answer.frames():
                count += len(frames)
        watcher.cancel()

    assert count == 300_000
    assert longest < 0.15
