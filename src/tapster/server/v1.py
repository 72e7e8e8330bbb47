"""`/v1`: the gateway over HTTP, as a bare ASGI handler, because each chunk passes through it."""

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from contextlib import aclosing
from typing import Any, Literal
from urllib.parse import unquote

from tapster.app.callers import Callers
from tapster.core.errors import SourceError, TapsterError
from tapster.core.keys import AccessToken
from tapster.dialects.openai_chat.serve import encode_error
from tapster.gateway import Gateway, Streamed, Whole
from tapster.server.credentials import caller_of, shown_in
from tapster.server.errors import told

Scope = Any
Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Header = tuple[bytes, bytes]
Answering = Callable[[bytes, AccessToken | None], Awaitable[Whole | Streamed]]

BODY_LIMIT = 64 * 1024 * 1024
_DEFECT = "Tapster itself failed on this request. Its log says why."
# The rest of a body nobody reads is not waited for.
_HANG_UP = ((b"connection", b"close"),)

_STREAM_TYPE = (b"content-type", b"text/event-stream; charset=utf-8")

log = logging.getLogger(__name__)


class Refused(Exception):  # not an error of ours: an answer
    """The request is answered with this status and envelope, and nothing more is done."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type_: str = "invalid_request_error",
        code: str | None = None,
        headers: Iterable[Header] = (),
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = encode_error(message, type=type_, code=code)
        self.headers = headers


class ClientGone(Exception):  # nothing went wrong
    """The client left before the answer was complete."""


class V1:
    """Answers everything below `/v1`."""

    def __init__(self, gateway: Gateway, callers: Callers) -> None:
        self._gateway = gateway
        self._callers = callers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, path = scope["method"], _path_below(scope)
        send = _Begun(send)
        try:
            await self._route(method, path, scope, receive, send)
        except Refused as refused:
            await _answer(send, refused.status, refused.body, refused.headers)
        except ClientGone:
            pass
        except asyncio.CancelledError:
            # A client that leaves is noticed otherwise: only a server that stops cancels us.
            await _say_goodbye(send)
        except TapsterError as error:
            await _answer(send, *_as_answer(error))
        except Exception:
            # A defect of ours must not end the connection without a word.
            log.exception("The gateway failed on %s /v1%s", method, path)
            await _answer(send, 500, encode_error(_DEFECT, type="server_error"))

    async def _route(
        self, method: str, path: str, scope: Scope, receive: Receive, send: Send
    ) -> None:
        if path in {"/chat/completions", "/completions"}:
            _demand(method, "POST")
            token = await self._token(scope, "chat")
            body = await _read_body(scope, receive)
            gateway = self._gateway
            answering = gateway.complete if path.startswith("/chat") else gateway.continue_text
            await _while_connected(receive, self._complete(answering, body, token, send))
        elif path == "/models":
            _demand(method, "GET")
            token = await self._token(scope, "models")
            await _answer(send, 200, await self._gateway.models(token))
        elif path.startswith("/models/"):
            _demand(method, "GET")
            token = await self._token(scope, "models")
            name = path.removeprefix("/models/")
            await _answer(send, 200, await self._gateway.model(name, token))
        else:
            raise Refused(
                404,
                f"There is no /v1{path} here. This gateway has GET /v1/models, "
                "POST /v1/chat/completions and POST /v1/completions.",
                code="unknown_url",
            )

    async def _complete(
        self, answering: Answering, body: bytes, token: AccessToken | None, send: Send
    ) -> None:
        reply = await answering(body, token)
        headers = [
            (name.encode(), value.encode("latin-1")) for name, value in reply.headers.items()
        ]
        if not isinstance(reply, Streamed):
            await _answer(send, 200, reply.body, headers)
            return
        headers += [
            _STREAM_TYPE,
            (b"cache-control", b"no-cache"),
            (b"x-accel-buffering", b"no"),
        ]
        async with aclosing(reply):
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            try:
                async for chunk in reply.chunks:
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
            except Exception:
                # The status is out already, so a defect of ours is told as the stream's last event.
                log.exception("The gateway failed in the middle of a stream")
                last = b"data: " + encode_error(_DEFECT, type="server_error") + b"\n\n"
                await send({"type": "http.response.body", "body": last, "more_body": True})
        await send({"type": "http.response.body", "body": b""})

    async def _token(self, scope: Scope, wanted: str) -> AccessToken | None:
        """Return the token shown, or `None` for a person who is signed in."""
        headers = scope["headers"]
        shown = shown_in(headers)
        if shown is None:
            raise _unknown(
                "This gateway wants an access token as 'Authorization: Bearer …'.",
                "missing_api_key",
            )
        caller = await caller_of(self._callers, headers, scope["method"], shown)
        if caller is None:
            raise _unknown("The access token is unknown, revoked or expired.", "invalid_api_key")
        token = caller.token
        if token is not None and wanted not in token.scopes:
            raise Refused(
                403,
                f"The access token {token.name!r} may not do this: it lacks the scope {wanted!r}.",
                type_="permission_error",
                code="insufficient_scope",
            )
        return token


def _path_below(scope: Scope) -> str:
    """Return the path below `/v1` as it was asked: a model's name may hold any character."""
    asked = unquote(scope["raw_path"].decode("latin-1"))
    return asked.removeprefix("/v1").rstrip("/")


def _unknown(what: str, code: str) -> Refused:
    return Refused(
        401,
        f"{what} Make one with `tapster tokens create NAME`.",
        type_="authentication_error",
        code=code,
        headers=[(b"www-authenticate", b"Bearer")],
    )


def _demand(method: str, wanted: str) -> None:
    taken = (wanted, "HEAD") if wanted == "GET" else (wanted,)
    if method not in taken:
        allowed = ", ".join(taken).encode()
        raise Refused(405, f"This address takes {wanted} only.", headers=[(b"allow", allowed)])


async def _read_body(scope: Scope, receive: Receive) -> bytes:
    """Return the body as it came; its content type does not matter, what it holds does."""
    headers = {name.lower(): value for name, value in scope["headers"]}
    if headers.get(b"content-encoding", b"identity").lower() not in {b"identity", b""}:
        raise Refused(
            415,
            "Send the body as it is, without Content-Encoding.",
            code="unsupported_encoding",
            headers=_HANG_UP,
        )
    length = headers.get(b"content-length", b"0")
    if length.isdigit() and int(length) > BODY_LIMIT:
        raise _too_large()
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        piece = message.get("body", b"")
        size += len(piece)
        if size > BODY_LIMIT:
            raise _too_large()
        pieces.append(piece)
        if not message.get("more_body"):
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)


def _too_large() -> Refused:
    return Refused(
        413,
        f"The body is larger than {BODY_LIMIT // 1024 // 1024} MB. Send smaller images or files.",
        code="request_too_large",
        headers=_HANG_UP,
    )


async def _while_connected(receive: Receive, work: Coroutine[Any, Any, None]) -> None:
    """Do `work`, and stop it at once when the client leaves: the provider then stops too."""
    working = asyncio.current_task()
    gone = asyncio.ensure_future(_until_gone(receive))

    def stop(_: object) -> None:
        if working is not None and not gone.cancelled():
            working.cancel()

    gone.add_done_callback(stop)
    try:
        await work
    except (asyncio.CancelledError, TapsterError):
        if working is None or not gone.done():
            raise
        working.uncancel()
        raise ClientGone from None
    finally:
        working = None  # a client that leaves from here on stops nothing
        gone.cancel()


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class _Begun:
    """Sends an answer, and knows what of it is out."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.state: Literal["nothing", "stream", "document", "all"] = "nothing"

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.state = "stream" if _STREAM_TYPE in message["headers"] else "document"
        elif not message.get("more_body"):
            self.state = "all"
        await self._send(message)


async def _say_goodbye(send: _Begun) -> None:
    """Say that the server stops; a document that has begun has no place for it."""
    error = encode_error(
        "Tapster is being stopped. Ask again once it is back.",
        type="server_error",
        code="stopping",
    )
    if send.state == "nothing":
        await _answer(send, 503, error)
    elif send.state == "stream":
        await send({"type": "http.response.body", "body": b"data: " + error + b"\n\n"})


def _as_answer(error: TapsterError) -> tuple[int, bytes, list[Header]]:
    status, body = told(error)
    headers: list[Header] = []
    if isinstance(error, SourceError):
        headers.append((b"x-tapster-reason", error.reason.value.encode()))
        if error.retry_after is not None:
            headers.append((b"retry-after", str(math.ceil(error.retry_after)).encode()))
    return status, body, headers


async def _answer(send: Send, status: int, body: bytes, headers: Iterable[Header] = ()) -> None:
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [
                (b"content-type", b"application/json"),
                (b"content-length", str(len(body)).encode()),
                *headers,
            ],
        }
    )
    await send({"type": "http.response.body", "body": body})
