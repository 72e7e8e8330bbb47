"""A key granted in the browser: the listener, the state, the exchange."""

import asyncio
import json
from urllib.parse import parse_qs, urlsplit

import pytest

from scripted_transport import Scripted, ScriptedTransport
from tapster.app.browser_grant import key_from_browser
from tapster.core.errors import InvalidInput, SourceError
from tapster.sources import find_source

OPENROUTER = find_source("openrouter")


async def visit(address: str, **changes: str) -> bytes:
    """Go where the provider would send the browser."""
    callback = parse_qs(urlsplit(address).query)["callback_url"][0]
    parts = urlsplit(callback)
    query = {"state": parse_qs(parts.query)["state"][0], **changes}
    target = f"{parts.path}?{'&'.join(f'{name}={value}' for name, value in query.items())}"
    reader, writer = await asyncio.open_connection("127.0.0.1", parts.port)
    writer.write(f"GET {target} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode())
    said = await reader.read()
    writer.close()
    return said


async def grant(transport, *visits, longest=5.0):
    shown = asyncio.Queue()
    task = asyncio.create_task(
        key_from_browser(OPENROUTER, transport, show=shown.put_nowait, port=0, longest=longest)
    )
    address = await shown.get()
    answers = [await visit(address, **each) for each in visits]
    return address, answers, task


async def test_the_key_comes_from_the_code_and_the_verifier_behind_the_challenge():
    transport = ScriptedTransport(Scripted({"key": "sk-or-v1-granted"}))

    address, answers, task = await grant(transport, {"code": "good-1"})
    key = await task

    assert key.reveal() == "sk-or-v1-granted"
    assert b"200" in answers[0]
    sent = json.loads(transport.calls[0].body)
    assert sent["code"] == "good-1"
    assert sent["code_verifier"] not in address
    assert "code_challenge_method=S256" in address


async def test_a_visit_with_another_state_is_not_ours():
    transport = ScriptedTransport(Scripted({"key": "sk-or-v1-granted"}))

    _, answers, task = await grant(
        transport, {"code": "forged", "state": "guess"}, {"code": "good-1"}
    )
    await task

    assert b"404" in answers[0]
    assert transport.said(0)["code"] == "good-1"


async def test_a_visit_with_a_state_of_other_letters_is_answered_and_let_go():
    transport = ScriptedTransport(Scripted({"key": "sk-or-v1-granted"}))

    _, answers, task = await grant(
        transport, {"code": "forged", "state": "%C5%BC"}, {"code": "good-1"}
    )

    assert b"404" in answers[0]
    assert (await task).reveal() == "sk-or-v1-granted"


async def test_what_is_no_request_is_answered_and_let_go():
    shown = asyncio.Queue()
    task = asyncio.create_task(
        key_from_browser(OPENROUTER, ScriptedTransport(), show=shown.put_nowait, port=0)
    )
    callback = parse_qs(urlsplit(await shown.get()).query)["callback_url"][0]
    for target in (b"nonsense", b"GET //[ HTTP/1.1"):
        reader, writer = await asyncio.open_connection("127.0.0.1", urlsplit(callback).port)
        writer.write(target + b"\r\n\r\n")
        assert b"404" in await asyncio.wait_for(reader.read(), 1)
        writer.close()
    task.cancel()


async def test_a_refusal_in_the_browser_is_said_with_its_words():
    _, _, task = await grant(ScriptedTransport(), {"error": "access_denied"})

    with pytest.raises(InvalidInput, match="access_denied"):
        await task


async def test_nobody_waits_for_ever():
    _, _, task = await grant(ScriptedTransport(), longest=0.05)

    with pytest.raises(SourceError, match="No answer came"):
        await task


async def test_a_source_without_it_names_its_key_page():
    with pytest.raises(InvalidInput, match="make one at https://"):
        await key_from_browser(find_source("groq"), ScriptedTransport(), show=print)
