"""Servers people run themselves: what stands at an address, and which of them run here.

Who may make connections may look: both lead this server to an address, under the same guard.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit

from msgspec import Struct

from tapster.app.drafts import accept_endpoint, accept_secret
from tapster.core.errors import AddressRefused, InvalidInput, TooOften
from tapster.core.links import Link, Transport
from tapster.core.secrets import Secret
from tapster.core.servers import Server
from tapster.relay.echoes import WithoutEchoes
from tapster.relay.lookout import Lookout

_HERE = ("127.0.0.1", "[::1]")
_IN_CONTAINER = (
    "Tapster runs in a container, and localhost is that container: a server beside it on the same "
    "machine is found at host.docker.internal, or at the machine's own address."
)
_MOST_LOOKS = 30
_MOST_PORTS = 16
_MINUTE = 60.0


class Found(Struct, frozen=True, kw_only=True):
    """The servers that run at `hosts`, looked for at `ports`.

    `note` says where else to look.
    """

    servers: tuple[Server, ...]
    hosts: tuple[str, ...]
    ports: tuple[int, ...]
    note: str | None = None


class Servers:
    """Looks at addresses a person names, and around on this machine when a person wants it.

    `port` is the one this Tapster listens at itself.
    """

    def __init__(
        self,
        lookout: Lookout,
        transport: Transport,
        *,
        port: int,
        in_container: bool,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._lookout = lookout
        self._transport = WithoutEchoes(transport)
        self._port = port
        self._in_container = in_container
        self._clock = clock
        self._looked: deque[float] = deque()
        self._finding = asyncio.Lock()

    async def look(self, address: str, key: Secret | None = None) -> Server:
        """Return what stands at `address`, as far as it tells that to who shows `key`.

        Raises `AddressRefused` where no connection may lead to, and `TooOften`.
        """
        link = Link(
            transport=self._transport,
            endpoint=accept_endpoint(address),
            key=accept_secret(key) if key is not None else None,
        )
        self._count_look()
        return await self._lookout.look_both_ways(link)

    async def find(self, host: str | None = None, ports: Sequence[int] = ()) -> Found:
        """Return the servers that listen at the usual ports of this machine, or of `host`.

        With `ports` those are asked instead.
        All ports are asked at once; whoever asks while that goes on waits for its turn. Raises
        as `look` does.
        """
        hosts = _HERE if host is None else (_host_in(host),)
        wanted = _ports_in(ports) or self._lookout.ports
        ports = tuple(each for each in wanted if host is not None or each != self._port)
        self._count_look()
        async with self._finding:
            seen = await asyncio.gather(
                *(self._glance(f"http://{each}:{port}") for port in ports for each in hosts)
            )
        refused = [each for each in seen if isinstance(each, AddressRefused)]
        if refused and len(refused) == len(seen):
            raise refused[0]
        servers = [each for each in seen if isinstance(each, Server) and each.is_found]
        return Found(
            servers=_each_once(servers),
            hosts=hosts,
            ports=ports,
            note=_IN_CONTAINER if self._in_container and host is None else None,
        )

    async def _glance(self, address: str) -> Server | AddressRefused:
        try:
            return await self._lookout.look(Link(transport=self._transport, endpoint=address))
        except AddressRefused as refused:
            return refused

    def _count_look(self) -> None:
        now = self._clock()
        while self._looked and now - self._looked[0] >= _MINUTE:
            self._looked.popleft()
        if len(self._looked) >= _MOST_LOOKS:
            wait = _MINUTE - (now - self._looked[0])
            raise TooOften(
                f"Addresses were looked at {_MOST_LOOKS} times within a minute: wait "
                f"{max(1, round(wait))} s before the next.",
                retry_after=wait,
            )
        self._looked.append(now)


def _host_in(text: str) -> str:
    """Return the host that `text` names, as it stands in an address."""
    host = text.strip()
    if host.count(":") > 1 and not host.startswith("["):
        host = f"[{host}]"
    try:
        parts = urlsplit(f"http://{host}")
        is_host = bool(parts.hostname) and parts.netloc == host and parts.port is None
    except ValueError:
        is_host = False
    if not is_host or "@" in host:
        raise InvalidInput(
            "Name a host alone, such as host.docker.internal or 192.168.1.20: the usual ports "
            "are tried there.",
            field="host",
        )
    return host


def _ports_in(ports: Sequence[int]) -> tuple[int, ...]:
    """Return `ports`, each once, or raise `InvalidInput`."""
    named = tuple(dict.fromkeys(ports))
    if len(named) > _MOST_PORTS or not all(0 < port < 65536 for port in named):
        raise InvalidInput(
            f"Name at most {_MOST_PORTS} ports, each a number from 1 to 65,535.", field="ports"
        )
    return named


def _each_once(servers: Sequence[Server]) -> tuple[Server, ...]:
    """Return `servers`, one that listens at both of this machine's own addresses only once."""
    kept: dict[tuple[object, ...], Server] = {}
    for server in servers:
        port = urlsplit(server.address).port
        kept.setdefault((port, server.source, server.version, server.models), server)
    return tuple(kept.values())
