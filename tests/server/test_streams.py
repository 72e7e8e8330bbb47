"""What happens between the first byte of an answer and the last."""

import asyncio
import json
from contextlib import suppress

from tapster.core.errors import EngineError
from tapster.core.keys import AccessToken
from tapster.core.people import Caller, Person
from tapster.gateway import Streamed, Whole
from tapster.server.v1 import V1


class Breaking:
    """A gateway whose streams break after a word."""

    def __init__(self, error: Exception) -> None:
        self.error = error
        self.closed = False

    async def complete(self, body, token):
        answer = self._answer()
        return Streamed(self._chunks(await anext(answer)), {}, answer)

    async def _answer(self):
        try:
            yield []
        finally:
            self.closed = True

    async def _chunks(self, first):
        assert first == []
        yield b'data: {"word": 1}\n\n'
        raise self.error


class Anybody:
    async def find(self, shown):
        return Caller(
            person=Person(id="me", name="me", handle="me"),
            token=AccessToken(id="t", name="t", digest=b"", last4=""),
        )


async def exchange(gateway, sent=None, stuck=None, *, gone=False):
    """Ask `gateway`; a body that begins with `stuck` is never taken, and nothing when `gone`."""
    sent = [] if sent is None else sent
    said = [{"type": "http.request", "body": b"{}"}]

    async def receive():
        if not said:
            await asyncio.Event().wait()
        return said.pop()

    async def send(message):
        if gone:
            raise OSError("nobody is there")
        sent.append(message)
        if stuck is not None and message.get("body", b"").startswith(stuck):
            await asyncio.Event().wait()

    path = "/v1/chat/completions"
    headers = [(b"authorization", b"Bearer x")]
    scope = {"method": "POST", "path": path, "raw_path": path.encode(), "headers": headers}
    await V1(gateway, Anybody())(scope, receive, send)
    return sent


async def test_a_defect_in_mid_stream_is_told_as_the_last_event(caplog):
    gateway = Breaking(ZeroDivisionError("secret detail"))

    sent = await exchange(gateway)

    assert [message["type"] for message in sent].count("http.response.start") == 1
    body = b"".join(message.get("body", b"") for message in sent)
    last = json.loads(body.split(b"\n\n")[-2].removeprefix(b"data: "))
    assert body.startswith(b'data: {"word": 1}')
    assert last["error"]["type"] == "server_error"
    assert b"secret detail" not in body
    assert sent[-1].get("more_body", False) is False
    assert gateway.closed
    assert "ZeroDivisionError" in caplog.text


async def test_a_client_that_leaves_before_the_first_byte_stops_the_provider():
    gateway = Breaking(ZeroDivisionError())

    with suppress(OSError):
        await exchange(gateway, gone=True)

    assert gateway.closed


class InOnePiece:
    """A gateway that answers in one piece, or not at all."""

    def __init__(self, reply=None) -> None:
        self.reply = reply

    async def complete(self, body, token):
        return self.reply or await asyncio.Event().wait()


async def stopped(gateway, stuck=None):
    """Return what is sent after the server was stopped in the middle of the exchange."""
    sent = []
    task = asyncio.create_task(exchange(gateway, sent, stuck))
    await asyncio.sleep(0.02)
    before = len(sent)
    task.cancel()
    await task
    return sent[before:]


async def test_a_server_that_stops_says_so_in_a_stream():
    (last,) = await stopped(Breaking(ZeroDivisionError()), b'data: {"word"')

    assert last["body"].startswith(b"data: ")
    assert b"being stopped" in last["body"]


async def test_a_server_that_stops_writes_nothing_into_a_document():
    assert await stopped(InOnePiece(Whole(b'{"id": "x"}', {})), b"{") == []


async def test_a_server_that_stops_before_an_answer_has_a_status_for_it():
    start, body = await stopped(InOnePiece())

    assert start["status"] == 503
    assert b"being stopped" in body["body"]


async def test_an_error_of_ours_in_mid_stream_never_begins_a_second_answer(caplog):
    sent = await exchange(Breaking(EngineError("The model's process ended.")))

    assert [message["type"] for message in sent].count("http.response.start") == 1
