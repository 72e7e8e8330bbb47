"""What goes wrong on demand, seen by a client that understands only HTTP."""

import asyncio
import json
import time
import zlib

import aiohttp
import pytest

from mock_provider import Reply
from timed import timed

SIGNED = {"authorization": "Bearer sk-good"}
WORDS = "one two three four five six"


def asks(model="echo", text=WORDS, *, stream=True):
    return {"model": model, "messages": [{"role": "user", "content": text}], "stream": stream}


async def talk(http, mock, fault, **body):
    """Return status, headers and body of a chat with a fault in the path."""
    url = f"{mock.url}/~fault={fault}/openai/v1/chat/completions"
    async with http.post(url, json=asks(**body), headers=SIGNED, allow_redirects=False) as answer:
        return answer.status, answer.headers, await answer.read()


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 429, 500, 503, 529])
@pytest.mark.parametrize(
    ("place", "message"),
    [
        ("openai/v1/chat/completions", ("error", "message")),
        ("anthropic/v1/messages", ("error", "message")),
        ("google/v1beta/models/echo:generateContent", ("error", "message")),
        ("openrouter/api/v1/chat/completions", ("error", "message")),
        ("cohere/v2/chat", ("message",)),
        ("ollama/api/chat", ("error",)),
        ("xai/v1/chat/completions", ("error",)),
    ],
)
async def test_every_status_comes_in_the_vendors_own_envelope(mock, http, status, place, message):
    async with http.post(f"{mock.url}/~fault={status}/{place}", json=asks()) as answer:
        said = await answer.json()

    assert answer.status == status
    for name in message:
        said = said[name]
    assert isinstance(said, str)


async def test_retry_after_is_seconds_a_date_or_absent(mock, http):
    seconds, date, absent = [
        (await talk(http, mock, fault))[1].get("retry-after")
        for fault in ("429@7", "429@date", "429")
    ]

    assert seconds == "7"
    assert date.endswith("GMT")
    assert absent is None


async def test_a_fault_may_hit_only_the_first_requests(mock, http):
    statuses = [(await talk(http, mock, "503*2"))[0] for _ in range(3)]

    assert statuses == [503, 503, 200]


async def test_bodies_that_are_no_answer(mock, http):
    html, empty, broken, echo, polite = [
        await talk(http, mock, fault)
        for fault in ("html", "empty", "invalid-json", "echo-headers", "ok-error")
    ]

    assert b"<html>" in html[2]
    assert html[0] == 200
    assert empty[2] == b""
    with pytest.raises(json.JSONDecodeError):
        json.loads(broken[2])
    assert echo[0] == 400
    assert b"Bearer sk-good" in echo[2]
    assert polite[0] == 200
    assert "error" in json.loads(polite[2])


@timed
async def test_a_silent_server_waits_until_the_client_leaves_and_says_when(mock, http):
    started = time.monotonic()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.2):
            await talk(http, mock, "hang")
    left_at = await mock.until_left(mock.last)

    assert 0.15 < left_at - started < 1
    assert mock.last.status == 0


async def test_an_answer_may_be_late_slow_or_refused_by_hanging_up(mock, http):
    started = time.monotonic()
    await talk(http, mock, "delay@0.2")
    late = time.monotonic() - started
    async with http.post(
        mock.url + "/~fault=trickle@0.02/openai/v1/chat/completions", json=asks(), headers=SIGNED
    ) as answer:
        piece = await answer.content.readany()
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await talk(http, mock, "hangup")

    assert late >= 0.2
    assert piece == b"d"


async def test_a_stream_is_cut_without_an_end(mock, http):
    url = mock.url + "/~fault=cut@3/openai/v1/chat/completions"
    got = b""
    with pytest.raises(aiohttp.ClientPayloadError):
        async with http.post(url, json=asks(), headers=SIGNED) as answer:
            async for piece in answer.content.iter_any():
                got += piece

    assert got.count(b"\n\n") == 3


@pytest.mark.parametrize(
    ("fault", "present", "absent"),
    [
        ("no-done", b'"finish_reason":"stop"', b"[DONE]"),
        ("no-terminal", b"six", b'"finish_reason":"stop"'),
        ("error@3", b'"code":"server_error"', b"[DONE]"),
        ("unknown", b"novelty", b"\r\n"),
        ("crlf", b"\r\n\r\n", b"}\n\n"),
        ("no-space", b'data:{"id"', b"data: "),
        ("comments", b": keep-alive\n\ndata", b"\r"),
        ("multiline", b",\ndata: ", b"\r"),
        ("bom", b"\xef\xbb\xbfdata", b"\r"),
        ("padding", b"    \ndata", b"\r"),
        ("utf8", b"\xe2\x82\xff", b"\r"),
        ("bytes@7", b"[DONE]\n\n", b"\r"),
        ("one-write", b"[DONE]\n\n", b"\r"),
        ("close", b"[DONE]\n\n", b"\r"),
    ],
)
async def test_a_stream_may_be_framed_and_broken_in_many_ways(mock, http, fault, present, absent):
    status, _, body = await talk(http, mock, fault)

    assert status == 200
    assert present in body
    assert absent not in body


async def test_data_may_follow_the_end_and_the_last_line_may_lack_its_break(mock, http):
    after = (await talk(http, mock, "after-done"))[2]
    final = (await talk(http, mock, "no-final"))[2]

    assert after.index(b"[DONE]") < after.index(b"novelty")
    assert final.endswith(b"data: [DONE]")


async def test_two_faults_join(mock, http):
    body = (await talk(http, mock, "no-done+crlf"))[2]

    assert b"[DONE]" not in body
    assert b"\r\n\r\n" in body


async def test_an_endless_stream_and_an_endless_line_go_on_until_the_client_leaves(mock, http):
    for fault in ("endless", "huge@64"):
        url = f"{mock.url}/~fault={fault}/openai/v1/chat/completions"
        async with http.post(url, json=asks(), headers=SIGNED) as answer:
            await answer.content.readexactly(2_000_000)
            answer.close()
        await mock.until_left(mock.last)

        assert mock.last.left


async def test_a_wrong_length_breaks_the_body(mock, http):
    with pytest.raises(aiohttp.ClientPayloadError):
        await talk(http, mock, "length@5", stream=False)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(mock.url.rpartition(":")[2]))
    writer.write(b"GET /~fault=length@-5/compatible/v1/models HTTP/1.1\r\nhost: x\r\n\r\n")
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()

    assert f"content-length: {len(body) - 5}" in head.decode()


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_leads_to_another_origin_which_tells_what_came(mock, http, status):
    got, headers, _ = await talk(http, mock, f"redirect@{status}")
    async with http.post(headers["location"], json=asks(), headers=SIGNED) as answer:
        followed = answer.status

    assert (got, followed) == (status, 200)
    assert headers["location"].startswith(mock.elsewhere_url)
    assert [record.headers["authorization"] for record in mock.elsewhere] == ["Bearer sk-good"]


async def test_a_bomb_is_small_on_the_wire(mock):
    async with aiohttp.ClientSession(auto_decompress=False) as http:
        _, headers, body = await talk(http, mock, "bomb@64")
    unpacked = zlib.decompressobj(31).decompress(body[:-8])

    assert headers["content-encoding"] == "gzip"
    # Without the checksum, which nobody should live to see.
    assert len(body) < 200_000
    assert len(unpacked) > 64 * 1024 * 1024


async def test_a_model_a_message_and_a_script_may_carry_a_fault(mock, http):
    url = mock.url + "/openai/v1/chat/completions"
    mock.script(Reply("scripted", fault="503"), Reply(("scr", "ipted")))
    statuses = []
    for body in (
        asks(),
        asks(stream=False),
        asks("fault~429~echo"),
        asks("fault~404"),
        asks("gpt-4o", "mock:fault=500"),
    ):
        async with http.post(url, json=body, headers=SIGNED) as answer:
            statuses.append(answer.status)
            text = await answer.text()
            if answer.status == 200:
                assert json.loads(text)["choices"][0]["message"]["content"] == "scripted"

    assert statuses == [503, 200, 429, 404, 500]


async def test_a_behaviour_can_be_asked_for_in_the_message(mock, http):
    body = asks("gpt-4o", "mock:length\none two three four", stream=False)
    async with http.post(
        mock.url + "/openai/v1/chat/completions", json=body, headers=SIGNED
    ) as answer:
        choice = (await answer.json())["choices"][0]

    assert (choice["message"]["content"], choice["finish_reason"]) == ("one two", "length")


async def test_long_answers_are_paced(mock, http):
    started = time.monotonic()
    body = (await talk(http, mock, "comments", model="long@20@0.01"))[2]

    assert time.monotonic() - started > 0.2
    assert body.count(b'"content":"w') == 20


@pytest.mark.parametrize(("fault", "count"), [("models@10000", 10_000), ("models-empty", 0)])
async def test_the_model_list_may_be_long_or_empty(mock, http, fault, count):
    url = f"{mock.url}/~fault={fault}/openai/v1/models"
    async with http.get(url, headers=SIGNED) as answer:
        assert len((await answer.json())["data"]) == count


async def test_the_model_list_may_be_bare_html_or_missing(mock, http):
    async def listed(fault):
        url = f"{mock.url}/~fault={fault}/compatible/v1/models"
        async with http.get(url) as answer:
            return answer.status, await answer.text()

    assert isinstance(json.loads((await listed("models-array"))[1]), list)
    assert "<html>" in (await listed("models-html"))[1]
    assert (await listed("models-missing"))[0] == 404


async def test_a_fault_nobody_knows_is_the_tests_own_mistake(mock, http):
    status, _, body = await talk(http, mock, "no-such")

    assert status == 599
    assert b"There is no fault called" in body
