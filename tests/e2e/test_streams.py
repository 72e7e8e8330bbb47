"""Streams that break, clients that leave or never read, through the running server."""

import time
from collections.abc import Iterator

import httpx
import openai
import pytest

from mock_provider import Reply, ToolUse
from running import asking
from timed import timed


def says(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


def heard(client, text: str, *, model: str = "own/local-model") -> tuple[str, Exception | None]:
    """Return the words that came, and what ended them."""
    words = []
    try:
        stream = client.chat.completions.create(model=model, messages=says(text), stream=True)
        with stream:
            for chunk in stream:
                words += [choice.delta.content or "" for choice in chunk.choices]
    except openai.APIError as error:
        return "".join(words), error
    return "".join(words), None


def pieces(server, token: str, text: str) -> Iterator[bytes]:
    """Yield a streamed answer as it comes, unread."""
    fields = {"model": "own", "messages": says(text), "stream": True}
    headers = {"authorization": f"Bearer {token}"}
    url = f"{server.url}/v1/chat/completions"
    with httpx.stream("POST", url, json=fields, headers=headers, timeout=20) as reply:
        yield from reply.iter_raw()


@pytest.mark.parametrize(
    ("fault", "before"),
    [("error@5", "one two"), ("cut@5", "one two"), ("huge@40", "one")],
)
def test_what_breaks_in_mid_stream_comes_as_an_error_after_the_text(client, mock, fault, before):
    text, error = heard(client, f"mock:fault={fault}\none two three four five six")

    assert text.startswith(before)
    assert error is not None
    assert error.body["message"]
    assert set(error.body) == {"message", "type", "param", "code"}


@pytest.mark.parametrize(
    ("model", "fault"),
    [
        ("own/local-model", "no-terminal"),
        ("claude/claude-sonnet-4-6", "error@5"),
        ("claude/claude-sonnet-4-6", "no-terminal"),
        ("responses/gpt-5.2", "cut@9"),
        ("responses/gpt-5.2", "error@9"),
        ("google/gemini-2.5-flash", "cut@2"),
        ("cohere/command-a-03-2025", "no-terminal"),
        ("ollama/llama3.2:1b", "cut@3"),
        ("router/openai/gpt-6-sol", "error@5"),
    ],
)
def test_a_broken_stream_of_any_dialect_is_told_as_broken(client, mock, model, fault):
    text, error = heard(client, f"mock:fault={fault}\none two three four five", model=model)

    assert text.startswith("one")
    assert error is not None


@pytest.mark.parametrize(
    "fault",
    [
        "crlf",
        "bytes@7",
        "one-write",
        "comments",
        "multiline",
        "no-space",
        "no-final",
        "bom",
        "unknown",
        "after-done",
        "no-done",
        "close",
        "padding",
    ],
)
def test_odd_framing_changes_nothing(client, mock, fault):
    text, error = heard(client, f"mock:unicode fault={fault}")

    assert error is None
    assert text.startswith("Zażółć gęślą jaźń — 你好，世界 👩‍👩‍👧‍👦")
    assert text.endswith("\\ \u2028")


def test_bytes_that_are_no_utf8_cost_a_character_and_not_the_answer(client, mock):
    text, error = heard(client, "mock:fault=utf8\none two three")

    assert error is None or text
    assert "one" in text


def test_a_body_shorter_than_it_says_is_told(client, mock):
    text, error = heard(client, "mock:fault=length@5\none two three")

    assert "one" in text
    assert text == "one two three" or error is not None


@pytest.mark.parametrize("fault", ["html", "empty", "ok-error", "hangup", "redirect", "bomb@200"])
def test_an_answer_that_is_none_is_a_plain_error(client, mock, fault):
    text, error = heard(client, f"mock:fault={fault}\nHello")

    assert text == ""
    assert isinstance(error, openai.APIStatusError)
    assert error.status_code >= 400
    assert error.body["message"]


@timed
@pytest.mark.parametrize("fault", ["stall@4", "hang"])
def test_silence_ends_by_the_connections_own_patience(client, mock, fault):
    began = time.monotonic()
    text, error = heard(
        client, f"mock:fault={fault}\none two three four", model="short/local-model"
    )

    assert 0.8 < time.monotonic() - began < 8
    assert error is not None
    assert "said nothing for 1 seconds" in error.body["message"]
    assert text.startswith("one") if fault != "hang" else text == ""


def test_a_trickle_of_bytes_is_read_as_it_comes(client, mock):
    text, error = heard(client, "mock:fault=trickle@0.0005\nHi", model="short/local-model")

    assert (text, error) == ("Hi", None)


def test_ten_thousand_tool_calls_arrive(server, token, mock):
    calls = tuple(ToolUse(f"tool_{at}", "{}", id=f"call_{at}") for at in range(10_000))
    mock.provider.script(Reply(tool_calls=calls, finish="tool_calls"))

    said = b"".join(pieces(server, token, "Hello"))

    assert all(b'"id":"call_%d"' % at in said for at in range(0, 10_000, 99))
    assert said.endswith(b"data: [DONE]\n\n")


@timed
@pytest.mark.parametrize(
    "model",
    ["own/local-model", "claude/claude-sonnet-4-6", "google/gemini-2.5-flash", "ollama/qwen3:8b"],
)
def test_a_client_that_leaves_cuts_the_provider_off_at_once(client, mock, model):
    stream = client.chat.completions.create(
        model=model, messages=says("mock:long@2000@0.01"), stream=True
    )
    next(iter(stream))

    left = time.monotonic()
    stream.close()

    assert mock.until_left(mock.chats[-1]) - left < 0.1


@timed
@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_leaves_before_the_first_word_cuts_the_provider_off(
    server, token, mock, stream
):
    with asking(server, token, "mock:fault=hang\nHello", stream=stream) as line:
        record = mock.until_asked()
        left = time.monotonic()
        line.close()

    assert mock.until_left(record) - left < 0.1


def test_a_client_that_never_reads_holds_the_provider_back(server, token, mock):
    with asking(server, token, "mock:fault=endless\none two three", stream=True):
        record = mock.until_asked()
        sent = -1
        for _ in range(10):  # until the sockets' buffers are full, however long that takes here
            if sent == (sent := record.sent):
                break
            time.sleep(1)
        before, sent = server.memory(), record.sent
        time.sleep(1.5)
        grown, more = server.memory() - before, record.sent - sent

    assert grown < 8 << 20
    # What fits into the sockets' buffers is all that was sent.
    assert more < 1000
    mock.until_left(record)


def test_an_endless_stream_is_passed_on_without_being_kept(server, token, mock):
    size, before = 0, server.memory()
    for piece in pieces(server, token, "mock:fault=endless\none two"):
        size += len(piece)
        if size > 20 << 20:
            break

    assert server.memory() - before < 16 << 20
    mock.until_left(mock.chats[-1])


def test_a_line_without_end_is_cut_at_its_limit(client, server, mock):
    before = server.memory()

    _, error = heard(client, "mock:fault=huge@100\none two three")

    assert "larger than 32 MiB" in error.body["message"]
    assert server.memory() - before < 200 << 20


@timed
def test_the_server_answers_others_while_one_stream_misbehaves(client, server, token, mock):
    with asking(server, token, "mock:fault=endless\none two three", stream=True):
        mock.until_asked()
        began = time.monotonic()
        text, error = heard(client, "Hello")

    assert (text, error) == ("Hello", None)
    assert time.monotonic() - began < 2
