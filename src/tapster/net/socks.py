"""Connections through a SOCKS proxy, with the optional package aiohttp-socks.

Imported only when a call asks for such a proxy.
"""

import asyncio
import ssl as tls
from typing import Any

from aiohttp.client_proto import ResponseHandler
from aiohttp_socks import ProxyConnector
from python_socks import ProxyConnectionError, ProxyError, ProxyTimeoutError, ProxyType
from python_socks.async_.asyncio.v2 import Proxy

from tapster.net.connectors import KEEP_ALIVE, PeerChecked
from tapster.net.failures import socks_failed
from tapster.net.guard import Guard
from tapster.net.targets import Target


class SocksConnector(PeerChecked, ProxyConnector):
    """Reaches every target through `proxy`.

    Where only public addresses may be reached, the proxy is told the address that was judged,
    not the name, which it might look up to something else. Elsewhere it is told the name, so
    that names only it knows work.
    """

    proxy: Target

    def __init__(self, guard: Guard, proxy: Target, *, content_derived: bool) -> None:
        super().__init__(proxy.host, proxy.port, keepalive_timeout=KEEP_ALIVE, limit=0)
        self.guard = guard
        self.content_derived = False  # the peer is the proxy, which a person has set
        self.proxy = proxy
        self._target_content_derived = content_derived

    async def _connect_via_proxy(
        self,
        host: str,
        port: int,
        ssl: tls.SSLContext | None = None,
        timeout: float | None = None,  # noqa: ASYNC109  # the signature of what it overrides
    ) -> tuple[asyncio.Transport, ResponseHandler]:
        name_or_address = await self._destination(host, port)
        try:
            stream = await self._proxy().connect(name_or_address, port, timeout=timeout)
        except (ProxyError, ProxyConnectionError, ProxyTimeoutError) as error:
            raise socks_failed(error, self.proxy) from None
        if ssl is not None:
            stream = await stream.start_tls(hostname=host, ssl_context=ssl)
        transport = stream.writer.transport
        protocol = _SocksProtocol(self._loop, stream.writer)
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        return transport, protocol

    async def _destination(self, host: str, port: int) -> str:
        content = self._target_content_derived
        if not self.guard.is_strict(content_derived=content):
            return host
        addresses = await self.guard.addresses_of(host, port, content_derived=content)
        return addresses[0]

    def _proxy(self) -> Any:
        url = self.proxy.url
        kind = ProxyType.SOCKS4 if url.scheme.startswith("socks4") else ProxyType.SOCKS5
        return Proxy(kind, self.proxy.host, self.proxy.port, url.user, url.password, rdns=True)


class _SocksProtocol(ResponseHandler):
    """Keeps the stream's writer, which would close the connection when it is forgotten."""

    def __init__(self, loop: asyncio.AbstractEventLoop, writer: asyncio.StreamWriter) -> None:
        super().__init__(loop)
        self._kept_writer = writer
