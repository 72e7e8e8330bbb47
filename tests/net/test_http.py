"""The transport against real sockets: what it sends, takes, refuses and lets go of."""

import asyncio
import gzip
import socket
import ssl
import struct
import time
import zlib

import pytest
import trustme

from tapster.core.errors import InvalidInput, Reason, SourceError
from tapster.core.links import Call, Frame, Timeouts
from tapster.net import Guard, HttpTransport, Limits
from tapster.net.connectors import PeerChecked
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


@pytest.fixture
async def transport():
    async with HttpTransport(in_container=False) as transport:
        yield transport


async def test_a_call_is_sent_as_written_and_nothing_is_added_but_the_needful(transport):
    requests = []
    async with serving(answering(whole(b"{}"), requests=requests)) as port:
        call = Call(
            "POST",
            f"http://127.0.0.1:{port}/v1/models/a%2Fb:go?key=x%2By&z=%20",
            headers={"Authorization": "Bearer k", "content-type": "application/json"},
            body=b'{"a": 1}',
            timeouts=QUICK,
        )
        assert await body_of(transport, call) == b"{}"

    lines = requests[0].lower().split(b"\r\n")
    assert lines[0] == b"post /v1/models/a%2fb:go?key=x%2by&z=%20 http/1.1"
    assert sorted(lines[1:-2]) == sorted(
        [
            f"host: 127.0.0.1:{port}".encode(),
            b"authorization: bearer k",
            b"content-type: application/json",
            b"content-length: 8",
            b"user-agent: tapster",
            b"accept-encoding: gzip, deflate",
        ]
    )
    assert requests[0].endswith(b'\r\n\r\n{"a": 1}')


async def test_a_body_of_megabytes_arrives_whole(transport):
    requests, body = [], b"x" * 3_000_000
    async with serving(answering(whole(b"{}"), requests=requests)) as port:
        call = Call("POST", f"http://127.0.0.1:{port}/", body=body, timeouts=QUICK)
        await body_of(transport, call)

    assert requests[0].endswith(body)


async def test_calls_share_one_connection_without_delay(transport):
    connections = []

    async def handler(reader, writer):
        connections.append(writer)
        while True:
            await read_request(reader)
            writer.write(whole(b"{}"))

    async with serving(handler) as port:
        for _ in range(5):
            async with transport.send(get(port)) as answer:
                sock = answer._response.connection
                if sock is not None:
                    raw = sock.transport.get_extra_info("socket")
                    assert raw.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
                await answer.read()
        await transport.aclose()

    assert len(connections) == 1


async def test_a_connection_that_is_not_to_be_kept_carries_one_call(transport):
    requests = []
    async with serving(answering(whole(b"{}"), requests=requests)) as port:
        call = Call("GET", f"http://127.0.0.1:{port}/", timeouts=QUICK, closes=True)
        assert await body_of(transport, call) == b"{}"

    assert b"\r\nconnection: close\r\n" in requests[0].lower()


async def test_no_cookie_is_kept_and_no_proxy_taken_from_the_environment(transport, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    requests = []
    handler = answering(whole(b"{}", "set-cookie: a=b"), requests=requests)
    async with serving(handler) as port:
        for _ in range(2):
            async with transport.send(get(port)) as answer:
                assert answer.headers["set-cookie"] == "a=b"
                await answer.read()

    assert not any(b"cookie" in request.lower() for request in requests)


async def test_header_names_are_lower_case_and_doubles_are_joined(transport):
    async with (
        serving(answering(whole(b"", "X-One: 1", "x-two: a", "X-TWO: b"))) as port,
        transport.send(get(port)) as answer,
    ):
        assert answer.headers["x-one"] == "1"
        assert answer.headers["x-two"] == "a, b"


@pytest.mark.parametrize("family", ["127.0.0.1", "::1"])
@pytest.mark.parametrize("name", ["localhost", "localhost.", "api.localhost"])
async def test_localhost_is_found_on_either_loopback_address(transport, family, name):
    async with serving(answering(whole(b"ok")), host=family) as port:
        call = Call("GET", f"http://{name}:{port}/", timeouts=QUICK)
        assert await body_of(transport, call) == b"ok"


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer sk-CANARY\nx"},
        {"authorization": "Bearer sk-CANARY\r\nHost: evil"},
        {"authorization": "Bearer sk-CANARY…"},
        {"authorization": "Bearer sk-CANARY\x00"},
        {"x y": "sk-CANARY"},
        {"": "sk-CANARY"},
        {"x\r\ny": "sk-CANARY"},
        {"Transfer-Encoding": "chunked"},
        {"content-length": "1"},
    ],
)
async def test_a_header_that_is_none_is_refused_without_showing_it(transport, headers):
    with pytest.raises(InvalidInput) as refused:
        await body_of(transport, Call("GET", "http://127.0.0.1:1/", headers=headers))

    assert refused.value.field == "headers"
    assert "CANARY" not in str(refused.value)


@pytest.mark.parametrize(
    ("content_type", "body", "expected"),
    [
        ("text/event-stream", b"data: a\n\n", "events"),
        ("Text/Event-Stream; charset=utf-8", b'{"a":1}\n', "events"),
        ("text/event-stream", b"", "events"),
        ("application/x-ndjson", b'{"a":1}\n', "events"),
        ("application/json", b' \n[{"a":1}]', "events"),
        ("application/json", b"data: {}\n\n", "events"),
        ("text/plain", b": keep-alive\n\ndata: a\n\n", "events"),
        ("text/plain", b"\xef\xbb\xbfevent: a\n", "events"),
        ("application/json", b' \n {"a":1}', "document"),
        ("application/json", b"", "document"),
        ("text/event-stream", b"\n<!doctype html>", "document"),
        ("text/html", b"<html>", "document"),
        ("text/plain", b"dat", "document"),
        ("text/plain", b"date: today", "document"),
    ],
)
async def test_what_is_really_sent_tells_events_from_a_document(
    transport, content_type, body, expected
):
    pieces = [head(f"content-type: {content_type}"), *(body[i : i + 3] for i in range(0, 30, 3))]
    async with (
        serving(answering(*pieces, pause=0.001)) as port,
        transport.send(get(port)) as answer,
    ):
        assert await answer.framing() == expected
        assert await answer.read() == body


async def test_frames_come_as_soon_as_they_are_complete_also_those_looked_at_ahead(transport):
    async def handler(reader, writer):
        await read_request(reader)
        writer.write(STREAM + b": hello\n\ndata: a\n\ndata: b\n\ndata: c")
        await reader.read()

    async with serving(handler) as port, transport.send(get(port)) as answer:
        assert await answer.framing() == "events"
        assert await anext(answer.frames()) == [Frame(b"a"), Frame(b"b")]


@timed
@pytest.mark.parametrize("how", ["leaving", "cancelled in the stream", "cancelled before"])
async def test_leaving_early_reaches_the_upstream_within_100_ms(transport, how):
    gone = asyncio.Event()
    asked = asyncio.Event()

    async def handler(reader, writer):
        await read_request(reader)
        asked.set()
        if how != "cancelled before":
            writer.write(STREAM + b"data: a\n\n")
        assert await reader.read() == b""
        gone.set()

    async def follow(port):
        async with transport.send(get(port, timeouts=Timeouts())) as answer:
            async for _ in answer.frames():
                if how == "leaving":
                    return

    async with serving(handler) as port:
        task = asyncio.ensure_future(follow(port))
        await asyncio.wait_for(asked.wait(), 1)
        if how != "leaving":
            await asyncio.sleep(0.05)
            task.cancel()
        await asyncio.wait([task])
        begin = time.perf_counter()
        await asyncio.wait_for(gone.wait(), 1)
        assert time.perf_counter() - begin < 0.1


async def test_a_call_given_up_as_soon_as_it_is_connected_leaves_no_connection(
    transport, monkeypatch
):
    reached = []
    reach = PeerChecked._reach

    async def reach_and_be_given_up(*given):
        reached.append(await reach(*given))
        asyncio.current_task().cancel()
        return reached[0]

    monkeypatch.setattr(PeerChecked, "_reach", reach_and_be_given_up)
    async with serving(answering(whole(b"{}"))) as port:
        task = asyncio.ensure_future(body_of(transport, get(port)))
        await asyncio.wait([task])

    assert task.cancelled()
    assert reached[0].protocol is None


async def failure(transport, call: Call) -> SourceError:
    with pytest.raises(SourceError) as failed:
        await body_of(transport, call)
    assert failed.value.__cause__ is None  # the library's words may hold the key in the address
    return failed.value


async def test_a_refused_connection_says_that_nothing_answers_there():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    async with HttpTransport(in_container=False) as transport:
        outside = await failure(transport, get(port, "/?key=sk-CANARY"))
    async with HttpTransport(in_container=True) as transport:
        inside = await failure(transport, get(port))
        by_name = await failure(transport, Call("GET", f"http://localhost:{port}/"))

    assert outside.reason is Reason.UNREACHABLE
    assert str(outside).startswith(f"Nothing answers at http://127.0.0.1:{port}:")
    assert "CANARY" not in str(outside)
    assert "container" not in str(outside)
    assert "host.docker.internal" in str(inside)
    assert "host.docker.internal" in str(by_name)


async def test_a_name_that_is_not_found_is_named():
    async def look_up(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    async with HttpTransport(guard=Guard(look_up=look_up)) as transport:
        error = await failure(transport, Call("GET", "http://api.exmaple.com/"))

    assert error.reason is Reason.UNREACHABLE
    assert "'api.exmaple.com' was not found" in str(error)


async def test_a_server_that_never_answers_ends_by_the_idle_time_out(transport):
    async def handler(reader, writer):
        await reader.read()

    async with serving(handler) as port:
        error = await failure(transport, get(port))

    assert error.reason is Reason.TIMEOUT
    assert "has said nothing for 0.3 seconds" in str(error)
    assert "tapster connections edit NAME --timeout SECONDS" in str(error)


async def test_a_stream_that_goes_silent_ends_by_the_idle_time_out(transport):
    async def handler(reader, writer):
        await read_request(reader)
        writer.write(STREAM + b"data: a\n\n")
        await reader.read()

    seen = []
    async with serving(handler) as port, transport.send(get(port)) as answer:
        with pytest.raises(SourceError, match="has said nothing for") as failed:
            async for frames in answer.frames():
                seen += frames

    assert failed.value.reason is Reason.TIMEOUT
    assert seen == [Frame(b"a")]


async def test_a_server_that_accepts_but_never_shakes_hands_ends_by_the_connect_time_out(transport):
    async def handler(reader, writer):
        await reader.read()

    async with serving(handler) as port:
        call = Call("GET", f"https://127.0.0.1:{port}/", timeouts=Timeouts(connect=0.2))
        error = await failure(transport, call)

    assert error.reason is Reason.TIMEOUT
    assert "did not begin TLS within 0.2 seconds" in str(error)
    assert "try http://" in str(error)


CHUNKED = head("transfer-encoding: chunked")


@pytest.mark.parametrize(
    ("first", "body"),
    [
        (CHUNKED, b"9\r\ndata: a\n\n\r\n8\r\nda"),
        (CHUNKED, b"9\r\ndata: a\n\n\r\nnonsense\r\n"),
        (head("content-length: 500"), b"data: a\n\nda"),
    ],
    ids=["chunked", "bad chunk", "content-length too large"],
)
@pytest.mark.parametrize("reset", [False, True])
async def test_a_break_keeps_what_came_and_says_that_it_broke_off(transport, first, body, reset):
    async def handler(reader, writer):
        await read_request(reader)
        writer.write(first)
        await asyncio.sleep(0.02)
        writer.write(body)
        await asyncio.sleep(0.02)
        if reset:
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()

    seen = []
    async with serving(handler) as port, transport.send(get(port)) as got:
        await asyncio.sleep(0.1)  # all is there, the break included, before we read
        with pytest.raises(SourceError, match="broke off") as failed:
            async for frames in got.frames():
                seen += frames

    assert failed.value.reason is Reason.INTERRUPTED
    assert seen == [Frame(b"a")]


@pytest.mark.parametrize("reset", [False, True])
async def test_a_request_that_was_sent_and_not_answered_was_interrupted(transport, reset):
    requests = []

    async def handler(reader, writer):
        requests.append(await read_request(reader))
        if reset:
            linger = struct.pack("ii", 1, 0)
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.transport.abort()

    async with serving(handler) as port:
        call = Call("POST", f"http://127.0.0.1:{port}/", body=b"{}", timeouts=QUICK)
        error = await failure(transport, call)

    assert error.reason is Reason.INTERRUPTED
    assert "closed the connection without an answer" in str(error)
    assert len(requests) == 1


async def test_a_kept_connection_that_the_server_closed_meanwhile_is_not_used(transport):
    requests = []
    kept = []

    async def handler(reader, writer):
        requests.append(await read_request(reader))
        writer.write(whole(b"ok"))
        kept.append(writer)
        await reader.read()

    async with serving(handler) as port:
        call = Call("POST", f"http://127.0.0.1:{port}/", body=b"{}", timeouts=QUICK)
        assert await body_of(transport, call) == b"ok"
        # Closed behind the loop's back: the next call begins before the loop has heard of it.
        kept[0].get_extra_info("socket")._sock.shutdown(socket.SHUT_RDWR)
        assert await body_of(transport, call) == b"ok"

    assert len(requests) == len(kept) == 2


async def test_an_answer_that_is_not_http_says_so(transport):
    async with serving(answering(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")) as port:
        error = await failure(transport, get(port))

    assert error.reason is Reason.NOT_AN_API
    assert "is not proper HTTP" in str(error)


def deflated(data: bytes, bits: int) -> bytes:
    packer = zlib.compressobj(wbits=bits)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "pack"),
    [
        ("gzip", gzip.compress),
        ("x-gzip", lambda data: gzip.compress(data[:9]) + gzip.compress(data[9:])),
        ("deflate", lambda data: deflated(data, 15)),
        ("deflate", lambda data: deflated(data, -15)),
        ("br", lambda data: pytest.importorskip("brotli").compress(data)),
        ("identity", bytes),
    ],
)
async def test_compressed_bodies_are_opened_whole_and_in_streams(transport, encoding, pack):
    body = b"".join(b"data: %d\n\n" % number for number in range(3000))
    packed = pack(body)
    lines = (f"content-encoding: {encoding}", "content-type: text/event-stream")
    pieces = [packed[i : i + 700] for i in range(0, len(packed), 700)]
    handler = answering(head(*lines, f"content-length: {len(packed)}"), *pieces)
    async with serving(handler) as port:
        assert await body_of(transport, get(port)) == body
        assert await frames_of(transport, get(port)) == [
            Frame(b"%d" % number) for number in range(3000)
        ]


@pytest.mark.parametrize(
    ("encoding", "body", "reason", "words"),
    [
        ("gzip", b"plain text", Reason.NOT_AN_API, "not compressed the way it says"),
        ("br", b"\xff plain text", Reason.NOT_AN_API, "not compressed the way it says"),
        ("zstd", b"x", Reason.NOT_AN_API, "compressed as 'zstd'"),
        ("gzip", gzip.compress(b"x" * 1000, mtime=0)[:-9], Reason.INTERRUPTED, "broke off"),
    ],
)
async def test_a_body_that_cannot_be_opened_says_why(transport, encoding, body, reason, words):
    if encoding == "br":
        pytest.importorskip("brotli")
    async with serving(answering(whole(body, f"content-encoding: {encoding}"))) as port:
        error = await failure(transport, get(port))

    assert error.reason is reason
    assert words in str(error)


async def test_streams_are_asked_for_uncompressed(transport):
    requests = []
    async with serving(answering(whole(b"{}"), requests=requests)) as port:
        await body_of(transport, get(port, headers={"accept": "text/event-stream"}))

    assert b"accept-encoding: identity\r\n" in requests[0].lower()


async def test_a_transport_opens_its_session_late_and_can_be_closed_twice():
    transport = HttpTransport(limits=Limits())
    await transport.aclose()
    async with serving(answering(whole(b"ok"))) as port, transport:
        assert await body_of(transport, get(port)) == b"ok"
    await transport.aclose()


def tls_server(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


async def test_tls_to_a_trusted_server_works_and_leaving_closes_it_at_once():
    authority = trustme.CA()
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    gone = asyncio.Event()

    async def handler(reader, writer):
        await read_request(reader)
        writer.write(STREAM + b"data: a\n\n")
        assert await reader.read() == b""
        gone.set()

    server = tls_server(authority.issue_cert("localhost"))
    async with serving(handler, tls=server) as port, HttpTransport(tls=trusting) as transport:
        call = Call("GET", f"https://localhost:{port}/", timeouts=QUICK)
        async with transport.send(call) as answer:
            assert await anext(answer.frames()) == [Frame(b"a")]
        await asyncio.wait_for(gone.wait(), 0.1)


async def test_https_to_a_plain_server_says_to_write_http(transport):
    async def handler(reader, writer):
        await reader.read(10)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    async with serving(handler) as port:
        error = await failure(transport, Call("GET", f"https://127.0.0.1:{port}/", timeouts=QUICK))

    assert error.reason is Reason.TLS
    assert "does not speak TLS" in str(error)
