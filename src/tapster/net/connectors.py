"""Connections that lead only where the guard lets them."""

import asyncio
import socket
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

from aiohttp import (
    ClientConnectionError,
    ClientConnectorError,
    ClientOSError,
    ClientRequest,
    ClientTimeout,
    ServerDisconnectedError,
    TCPConnector,
)
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.connector import Connection
from aiohttp.tracing import Trace

from tapster.net.guard import Guard
from tapster.net.targets import Target

KEEP_ALIVE = 30.0  # seconds an idle connection waits for its next call

# The sockets opened for the connection that is being made.
_opened: ContextVar[list[socket.socket] | None] = ContextVar("opened", default=None)


class PinnedResolver(AbstractResolver):
    """Looks names up once, for the very connection that is made, and lets the guard judge."""

    def __init__(self, guard: Guard, *, content_derived: bool) -> None:
        self._guard = guard
        self._content_derived = content_derived

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        addresses = await self._guard.addresses_of(
            host, port, content_derived=self._content_derived
        )
        results = [_result(host, address, port) for address in addresses]
        return [one for one in results if family in (socket.AF_UNSPEC, one["family"])]

    async def close(self) -> None:
        """Hold nothing that needs closing."""


class NotConnected(ClientConnectionError):
    """The way broke before anything of the request was sent."""


class NoHandshake(TimeoutError):
    """The host took the connection, and never answered the offer of TLS."""


class PeerChecked(TCPConnector):
    """Judges the connected socket's own word on who is at the other end, before any request."""

    guard: Guard
    content_derived: bool
    proxy: Target | None

    async def connect(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: ClientTimeout,  # noqa: ASYNC109  # the signature of what it overrides
    ) -> Connection:
        connection = await self._live_connection(req, traces, timeout)
        try:
            self._judge_peer(req, connection)
        except BaseException:
            connection.close()
            raise
        return connection

    async def _live_connection(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: ClientTimeout,  # noqa: ASYNC109  # handed on
    ) -> Connection:
        """Return a connection that is open by now, and on which nobody has spoken unasked.

        One from the pool may have been closed, or written to, while nobody looked. Found out
        here, nothing was sent yet, so taking another is no second request.
        """
        for _ in range(2):
            connection = await self._reach(req, traces, timeout)
            try:
                # The loop hears of a closed connection in its next turn and acts on it in that
                # after.
                await asyncio.sleep(0)
                await asyncio.sleep(0)
            except BaseException:
                connection.close()
                raise
            transport, protocol = connection.transport, connection.protocol
            usable = protocol is not None and not protocol.should_close
            if usable and transport is not None and not transport.is_closing():
                return connection
            connection.close()
        raise NotConnected

    async def _reach(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: ClientTimeout,  # noqa: ASYNC109  # handed on
    ) -> Connection:
        sockets: list[socket.socket] = []
        token = _opened.set(sockets)
        try:
            return await super().connect(req, traces, timeout)
        except TimeoutError:
            direct = req.proxy is None and self.proxy is None
            if req.is_ssl() and direct and any(map(_has_peer, sockets)):
                raise NoHandshake from None
            raise
        except ClientConnectorError:
            raise
        except (ClientOSError, ServerDisconnectedError):  # by a proxy that was to open the way
            raise NotConnected from None
        finally:
            _opened.reset(token)

    def _judge_peer(self, req: ClientRequest, connection: Connection) -> None:
        transport = connection.transport
        peer = transport.get_extra_info("peername") if transport is not None else None
        if not peer:
            raise NotConnected
        if self.proxy is not None:
            host = self.proxy.host
        else:
            host = (req.proxy.raw_host if req.proxy else req.url.raw_host) or ""
        self.guard.judge(host.lower(), str(peer[0]), content_derived=self.content_derived)


def direct_connector(guard: Guard, *, content_derived: bool) -> PeerChecked:
    """Return a connector for targets, and for proxies that speak HTTP."""
    connector = PeerChecked(
        resolver=PinnedResolver(guard, content_derived=content_derived),
        use_dns_cache=False,  # each connection is judged by its own look-up
        keepalive_timeout=KEEP_ALIVE,
        limit=0,
        socket_factory=_open_socket,
    )
    connector.guard = guard
    connector.content_derived = content_derived
    connector.proxy = None
    return connector


def _open_socket(address: tuple[Any, ...]) -> socket.socket:
    family, kind, protocol = address[:3]
    opened = socket.socket(family=family, type=kind, proto=protocol)
    if (sockets := _opened.get()) is not None:
        sockets.append(opened)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    # A peer that vanished without a word is noticed even while a model thinks for minutes.
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    return opened


def _has_peer(opened: socket.socket) -> bool:
    with suppress(OSError):
        return bool(opened.getpeername())
    return False


def _result(host: str, address: str, port: int) -> ResolveResult:
    return ResolveResult(
        hostname=host,
        host=address,
        port=port,
        family=socket.AF_INET6 if ":" in address else socket.AF_INET,
        proto=socket.IPPROTO_TCP,
        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
    )
