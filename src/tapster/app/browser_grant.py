"""A key that a person grants in the browser: asked for, waited for, exchanged.

OAuth 2.0 for native apps (RFC 8252) with PKCE (RFC 7636): a listener on loopback takes the
answer, so no key is ever pasted or passes through the browser.
"""

import asyncio
import base64
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from urllib.parse import parse_qs

from tapster.core.errors import InvalidInput, Reason, SourceError
from tapster.core.links import Transport
from tapster.core.secrets import Secret
from tapster.sources import Source

# Providers that allow plain-http callbacks at all allow this port of localhost.
USUAL_PORT = 3000
_LONGEST_HEAD = 16_384
_DONE = "You may close this window and go back to Tapster."
_FAILED = "That did not work. Go back to Tapster: it says why."


async def key_from_browser(
    source: Source,
    transport: Transport,
    *,
    show: Callable[[str], None],
    randomness: Callable[[int], bytes] = secrets.token_bytes,
    port: int = USUAL_PORT,
    longest: float = 300.0,
) -> Secret:
    """Return the key the provider makes when the person agrees at the page told to `show`.

    Waits at most `longest` seconds. Raises `InvalidInput` for a source that grants no keys this
    way and for a refusal, `SourceError` when the provider does not exchange the code.
    """
    if source.grant is None:
        raise InvalidInput(
            f"{source.title} grants no keys in the browser: make one at {source.key_page}.",
            field="source",
        )
    verifier = _base64(randomness(48))
    state = _base64(randomness(24))
    answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    server = await _listen(_receiver(answer, state), port)
    try:
        bound = server.sockets[0].getsockname()[1]
        show(source.grant.page(f"http://localhost:{bound}/callback?state={state}", verifier))
        async with asyncio.timeout(longest):
            code = await answer
    except TimeoutError as error:
        raise SourceError(
            Reason.TIMEOUT,
            f"No answer came from the browser within {longest / 60:.0f} minutes. Start again, or "
            f"paste a key made at {source.key_page}.",
        ) from error
    finally:
        server.close()
    return await source.grant.exchange(code, verifier, transport)


_Receive = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


async def _listen(receive: _Receive, port: int) -> asyncio.Server:
    try:
        return await asyncio.start_server(receive, "127.0.0.1", port, limit=_LONGEST_HEAD)
    except OSError:
        return await asyncio.start_server(receive, "127.0.0.1", 0, limit=_LONGEST_HEAD)


def _receiver(answer: "asyncio.Future[str]", state: str) -> _Receive:
    async def receive(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, asyncio.LimitOverrunError, asyncio.IncompleteReadError):
                head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)
                writer.write(_page(*_judge(_target_in(head), state, answer)))
                await writer.drain()
        finally:
            writer.close()

    return receive


def _target_in(head: bytes) -> str:
    """Return the path and query a browser asks for; empty for what is no request."""
    words = head.split(b" ", 2)
    return words[1].decode("latin-1") if len(words) == 3 else ""


def _judge(target: str, state: str, answer: "asyncio.Future[str]") -> tuple[int, str]:
    """Take the code out of a callback that is ours, and return what to say in the browser."""
    path, _, query = target.partition("?")
    said = {name: values[0] for name, values in parse_qs(query).items()}
    shown = said.get("state", "").encode()
    if path != "/callback" or not secrets.compare_digest(shown, state.encode()):
        return 404, _FAILED
    if answer.done():
        return 200, _DONE
    if code := said.get("code"):
        answer.set_result(code)
        return 200, _DONE
    words = said.get("error_description") or said.get("error") or "no code was sent"
    answer.set_exception(
        InvalidInput(f"The provider granted no key: {words[:200]}. Start again, or paste a key.")
    )
    return 400, _FAILED


def _page(status: int, text: str) -> bytes:
    body = text.encode()
    return (
        f"HTTP/1.1 {status} {'OK' if status == 200 else 'No'}\r\n"
        "content-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    ).encode() + body


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
