"""The door: what every request passes before anything is routed, and every answer carries."""

import secrets
from typing import Any

from tapster.core.request_ids import REQUEST_ID
from tapster.dialects.openai_chat.serve import encode_error
from tapster.server.credentials import OWN_HEADERS, READING
from tapster.server.foyer import Foyer
from tapster.server.hosts import Hosts
from tapster.server.page import Page
from tapster.server.paths import is_plain
from tapster.server.problems import Problem, encode_problem
from tapster.server.v1 import Receive, Scope, Send

ABSOLUTE = "tapster.absolute"
"""What a scope holds whose request named a whole address, host and all, as one asks a proxy."""

ABORT = "tapster.abort"
"""What a scope holds that ends the connection at once, whatever was not read yet."""

_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "media-src 'self' data: blob:; font-src 'self'; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_CARRIED = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    # With `no-referrer` a browser would send its own forms with the Origin `null`.
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
)
_HTTPS_ONLY = (b"strict-transport-security", b"max-age=31536000")
_ELSEWHERE = frozenset((b"cross-site", b"same-site"))


class Door:
    """An ASGI application in front of all others."""

    def __init__(self, rooms: Any, v1: Any, hosts: Hosts, *, page: Page | None = None) -> None:
        self.rooms = rooms
        self._inside = rooms if page is None else Foyer(page, rooms)
        self._v1 = v1
        self._hosts = hosts
        self._carried = (*_CARRIED, _HTTPS_ONLY) if hosts.is_secure else _CARRIED
        self._names = frozenset(name for name, _ in self._carried)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or hand it on."""
        if scope["type"] == "websocket":
            # There are none here: the browser is told 403 before anything is agreed.
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self.rooms(scope, receive, send)
            return
        request_id = secrets.token_hex(8)
        REQUEST_ID.set(request_id)
        mark = (b"x-request-id", request_id.encode())

        async def carry(message: Any) -> None:
            if message["type"] == "http.response.start":
                headers = message.get("headers", ())
                own = self._names.intersection([name for name, _ in headers])
                carried = [each for each in self._carried if each[0] not in own] if own else None
                message["headers"] = [*headers, *(carried or self._carried), mark]
            await send(message)

        path: str = scope["path"]
        below_v1 = path == "/v1" or path.startswith("/v1/")
        if (problem := self._refusal(scope, below_v1)) is not None:
            await _refuse(problem, carry, below_v1=below_v1)
        elif below_v1:
            await self._v1(scope, receive, carry)
        else:
            await self._inside(scope, receive, carry)

    def _refusal(self, scope: Scope, below_v1: bool) -> Problem | None:
        """Return why a request is not let in."""
        hosts: list[bytes] = []
        origin = site = None
        shows_itself = False
        for name, value in scope["headers"]:
            if name == b"host":
                hosts.append(value)
            elif name == b"origin":
                # One that is there twice is one page's and another's.
                origin = value if origin in {None, value} else b"null"
            elif name == b"sec-fetch-site":
                site = value
            elif name in OWN_HEADERS:
                shows_itself = True
        if len(hosts) != 1:
            return _BAD_HOST
        if not self._hosts.knows(hosts[0]):
            return _unknown_host(hosts[0])
        if ABSOLUTE in scope or not is_plain(scope["raw_path"]):
            return _BAD_PATH
        if origin is None and site is None:
            return None
        is_foreign = site in _ELSEWHERE or (
            origin is not None and not self._hosts.is_own_page(origin, hosts[0])
        )
        if not is_foreign:
            return None
        if below_v1 and shows_itself:
            # No page can make a browser send such a header elsewhere unless we agree to it.
            return None
        path: str = scope["path"]
        if scope["method"] in READING and not (path == "/api" or path.startswith("/api/")):
            return None
        return _FOREIGN


_BAD_HOST = Problem(
    status=400, code="bad_host", title="Bad Request", detail="A request has one Host header."
)
_BAD_PATH = Problem(
    status=400,
    code="bad_path",
    title="Bad Request",
    detail="This address is written in a way that could be read as another: write it plainly.",
)
_FOREIGN = Problem(
    status=403,
    code="foreign_page",
    title="Forbidden",
    detail="This was asked for by a page from another address. Programs send no Origin header; "
    "pages of Tapster's own come from the address they ask. Behind a proxy, set "
    "TAPSTER_PUBLIC_URL to the address people use.",
)


def _unknown_host(host: bytes) -> Problem:
    name = host.decode("latin-1")[:100].encode("ascii", "backslashreplace").decode()
    return Problem(
        status=421,
        code="unknown_host",
        title="Misdirected Request",
        detail=f"This server does not go by the name {name!r}. If it should, add the name to "
        "TAPSTER_ALLOWED_HOSTS, or set TAPSTER_PUBLIC_URL.",
    )


async def _refuse(problem: Problem, send: Send, *, below_v1: bool) -> None:
    kind, body = b"application/problem+json", encode_problem(problem)
    if below_v1:
        kind = b"application/json"
        body = encode_error(str(problem.detail), type="invalid_request_error", code=problem.code)
    headers = [
        (b"content-type", kind),
        (b"content-length", str(len(body)).encode()),
        # A body that was sent along is not read.
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
