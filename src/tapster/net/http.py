"""The transport over HTTP: one long-lived session, guarded and bounded."""

import io
import re
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import lru_cache
from types import TracebackType
from typing import Self

import aiohttp

from tapster.core.errors import InvalidInput
from tapster.core.links import Answer, Call, Timeouts
from tapster.net.answers import HttpAnswer
from tapster.net.compression import ACCEPTED
from tapster.net.connectors import PeerChecked, direct_connector
from tapster.net.failures import explain, is_in_container, proxy_refused
from tapster.net.guard import Guard
from tapster.net.limits import Limits
from tapster.net.targets import Target, read_proxy, read_target

_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNSAFE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]|[^\x00-\xff]")
_OURS = frozenset(  # set by the connection itself; a second opinion would let requests be smuggled
    ("connection", "content-length", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade")
)
_LARGE = 512 * 1024
_BROKEN = (aiohttp.ClientError, OSError)  # time-outs and TLS errors are OSErrors, too


class HttpTransport:
    """Implements `core.links.Transport`. Use it as a context, or call `aclose`.

    No redirect is followed, no cookie kept, no environment variable read. `tls` replaces the
    system's trusted authorities. Errors: `InvalidInput` for a call that cannot be sent,
    `AddressRefused` by the guard, `SourceError` for all that fails on the way.
    """

    def __init__(
        self,
        *,
        guard: Guard | None = None,
        limits: Limits | None = None,
        tls: ssl.SSLContext | None = None,
        in_container: bool | None = None,
    ) -> None:
        self._guard = guard or Guard()
        self._limits = limits or Limits()
        self._tls = tls
        self._in_container = is_in_container() if in_container is None else in_container
        self._sessions: dict[tuple[bool, str], aiohttp.ClientSession] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        sessions, self._sessions = self._sessions, {}
        for session in sessions.values():
            await session.close()

    def send(self, call: Call) -> AbstractAsyncContextManager[Answer]:
        """Send `call`; leaving the context early cuts the connection at once."""
        return self._exchange(call)

    @asynccontextmanager
    async def _exchange(self, call: Call) -> AsyncIterator[Answer]:
        target = read_target(call.url)
        proxy = read_proxy(call.outbound_proxy) if call.outbound_proxy else None
        headers = _checked(call)
        response = None
        try:
            await self._admit(call, target, proxy)
            response = await self._request(call, target, proxy, headers)
        except _BROKEN as error:
            # The library's own words may hold the address with its key: they end here.
            raise explain(
                error, target, call.timeouts, proxy=proxy, in_container=self._in_container
            ) from None
        answer = HttpAnswer(response, target, self._limits.within(call.longest), call.timeouts)
        try:
            if proxy is not None and response.status == 407:
                raise proxy_refused(proxy)
            yield answer
        finally:
            answer.close()

    async def _admit(self, call: Call, target: Target, proxy: Target | None) -> None:
        if proxy is not None and proxy.literal is not None:
            self._guard.judge(proxy.host, proxy.host)
        elif proxy is not None and _is_socks(proxy):
            await self._guard.addresses_of(proxy.host, proxy.port)
        await self._guard.admit(
            target, content_derived=call.content_derived, proxied=proxy is not None
        )

    async def _request(
        self, call: Call, target: Target, proxy: Target | None, headers: Mapping[str, str]
    ) -> aiohttp.ClientResponse:
        session = self._session_for(call, proxy)
        body = call.body
        return await session.request(
            call.method,
            target.url,
            # A large body is sent in pieces, so that others get their turn meanwhile.
            data=io.BytesIO(body) if body is not None and len(body) > _LARGE else body,
            headers=headers,
            proxy=proxy.url if proxy is not None and not _is_socks(proxy) else None,
            ssl=(self._tls or True) if call.verify_tls else False,
            timeout=_timeout(call.timeouts),
            allow_redirects=False,
        )

    def _session_for(self, call: Call, proxy: Target | None) -> aiohttp.ClientSession:
        """Return the session whose connections are judged as this call's must be."""
        socks = proxy if proxy is not None and _is_socks(proxy) else None
        # An HTTP proxy is the peer itself, and no content has named it.
        content = call.content_derived and (proxy is None or socks is not None)
        key = (content, str(socks.url) if socks else "")
        session = self._sessions.get(key)
        if session is None:
            session = self._sessions[key] = self._open_session(socks, content_derived=content)
        return session

    def _open_session(
        self, socks: Target | None, *, content_derived: bool
    ) -> aiohttp.ClientSession:
        if socks is None:
            connector = direct_connector(self._guard, content_derived=content_derived)
        else:
            connector = _socks_connector(self._guard, socks, content_derived=content_derived)
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            skip_auto_headers=("content-type", "accept", "user-agent"),
            max_line_size=self._limits.header,
            max_field_size=self._limits.header,
        )


@lru_cache(maxsize=64)
def _timeout(timeouts: Timeouts) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(
        total=timeouts.total,
        connect=timeouts.connect,
        sock_connect=timeouts.connect,
        sock_read=timeouts.idle,
    )


def _checked(call: Call) -> dict[str, str]:
    """Return the call's headers with ours; raise `InvalidInput` for one that is no header."""
    headers = {"user-agent": "tapster"}
    for name, value in call.headers.items():
        lower = name.lower()
        if not _NAME.fullmatch(name) or lower in _OURS:
            raise InvalidInput(
                f"{name[:40]!r} cannot be sent as a header. Remove it from the connection.",
                field="headers",
            )
        if _UNSAFE.search(value):
            raise InvalidInput(
                f"The value of the header {name!r} holds a line break or a letter that cannot be "
                "sent. If it is a key, copy and paste it again without spaces or line breaks.",
                field="headers",
            )
        headers[lower] = value
    if call.closes:
        headers["connection"] = "close"
    streams = "event-stream" in headers.get("accept", "")
    # Compressing a stream makes some servers hold events back until a block is full.
    headers.setdefault("accept-encoding", "identity" if streams else ACCEPTED)
    return headers


def _socks_connector(guard: Guard, proxy: Target, *, content_derived: bool) -> PeerChecked:
    try:
        from tapster.net.socks import SocksConnector  # noqa: PLC0415  # an optional extra
    except ImportError:
        raise InvalidInput(
            "A SOCKS proxy needs the package aiohttp-socks: install tapster[socks], or use an "
            "HTTP proxy.",
            field="outbound_proxy",
        ) from None
    return SocksConnector(guard, proxy, content_derived=content_derived)


def _is_socks(proxy: Target) -> bool:
    return proxy.url.scheme.startswith("socks")
