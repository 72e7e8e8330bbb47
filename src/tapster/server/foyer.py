"""The foyer: what a browser is shown before it comes to any room, the files of the built page.

A bare ASGI application in front of the rooms. Whoever opens an address of the page (`/chats/…`)
is shown into the room at `/`, which answers with the page's one document.
"""

import secrets
from collections.abc import Iterable
from typing import Any

from tapster.server.counting import FAMILY
from tapster.server.credentials import Header
from tapster.server.page import Copy, Page, PageFile, policy_of, with_nonce
from tapster.server.v1 import Receive, Scope, Send

# Below these nothing is an address of the page.
_NO_PAGES = frozenset(("api", "v1", "health", "metrics", "assets", "icons"))
_LASTS = b"public, max-age=31536000, immutable"
_ASKED_AGAIN = b"no-cache"
_PIECE = 64 * 1024


class Foyer:
    """Serves the files of `page`, and hands everything else to `rooms`."""

    def __init__(self, page: Page, rooms: Any) -> None:
        self._page = page
        self._rooms = rooms

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        path, method = scope["path"], scope["method"]
        file = self._page.files.get(path) if method in {"GET", "HEAD"} else None
        if file is not None and await _serve(file, scope, send):
            scope[FAMILY] = "/assets" if file.lasts else "/page"
            return
        if method == "GET" and path != "/" and _is_page(path) and wants_page(scope["headers"]):
            scope[FAMILY] = "/page"
            scope = {**scope, "path": "/", "raw_path": b"/"}
        await self._rooms(scope, receive, send)


def wants_page(headers: Iterable[Header]) -> bool:
    """Return whether these headers are a browser's that opens an address."""
    return any(
        part.partition(b";")[0].strip().lower() == b"text/html"
        for name, value in headers
        if name == b"accept"
        for part in value.split(b",")
    )


def _is_page(path: str) -> bool:
    return path.split("/", 2)[1] not in _NO_PAGES


async def _serve(file: PageFile, scope: Scope, send: Send) -> bool:
    """Answer with `file`; return false, with nothing sent, when it is no longer there."""
    headers: list[Header] = [(b"content-type", file.media_type.encode())]
    headers.append((b"cache-control", _LASTS if file.lasts else _ASKED_AGAIN))
    if file.is_document:
        nonce = secrets.token_urlsafe(16)
        headers.append((b"content-security-policy", policy_of(nonce).encode()))
        try:
            body = with_nonce(await file.plain.read(), nonce)
        except OSError:
            return False
        await _answer(200, headers, body, scope, send)
        return True
    coding, copy = _chosen(file, scope["headers"])
    mark = f'"{copy.digest}"'.encode()
    headers.append((b"etag", mark))
    if file.coded:
        headers.append((b"vary", b"accept-encoding"))
    if _has(mark, scope["headers"]):
        await _answer(304, headers, None, scope, send)
        return True
    try:
        body = await copy.read()
    except OSError:
        return False
    if coding:
        headers.append((b"content-encoding", coding.encode()))
    await _answer(200, headers, body, scope, send)
    return True


async def _answer(
    status: int, headers: list[Header], body: bytes | None, scope: Scope, send: Send
) -> None:
    if body is not None:
        headers.append((b"content-length", b"%d" % len(body)))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    if body and scope["method"] != "HEAD":
        for at in range(0, len(body), _PIECE):
            piece = body[at : at + _PIECE]
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _chosen(file: PageFile, headers: Iterable[Header]) -> tuple[str, Copy]:
    """Return the smallest copy the client takes, and its coding."""
    takes = _taken(headers)
    copies = {coding: copy for coding, copy in file.coded.items() if coding in takes}
    if not copies:
        return "", file.plain
    return min(copies.items(), key=lambda each: each[1].size)


def _taken(headers: Iterable[Header]) -> set[str]:
    taken = set()
    for name, value in headers:
        if name != b"accept-encoding":
            continue
        for part in value.decode("latin-1").lower().split(","):
            coding, _, weight = part.partition(";")
            if weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}:
                taken.add(coding.strip())
    return taken


def _has(mark: bytes, headers: Iterable[Header]) -> bool:
    """Return whether the client has the copy with this mark already."""
    return any(
        part.strip().removeprefix(b"W/") in {mark, b"*"}
        for name, value in headers
        if name == b"if-none-match"
        for part in value.split(b",")
    )
