"""Which addresses we connect to, judged by where a connection really leads.

Two policies. `local`, for a person's own machine: a connection may lead anywhere but to a
cloud's metadata service; an address found in content leads to public addresses only.
`network`, where others use the server: everything that is not public is refused unless the
administrator allows its host or its network.
"""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import lru_cache
from typing import Literal

from tapster.core.errors import AddressRefused, InvalidInput
from tapster.net.targets import IpAddress, Target

Policy = Literal["local", "network"]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LookUp = Callable[[str, int], Awaitable[Sequence[str]]]

# Where clouds hand out credentials to whoever asks from inside.
_METADATA = frozenset(
    ipaddress.ip_address(text)
    for text in (
        "169.254.169.254",
        "169.254.170.2",
        "169.254.170.23",
        "fd00:ec2::254",
        "fd00:ec2::23",
        "fd20:ce::254",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
    )
)
# IPv6 forms that carry an IPv4 address: the well-known NAT64 prefix leads to what it carries.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Not public, though the standard library calls some of them global: local NAT64, IPv4 in IPv6
# by retired means (6to4, Teredo, IPv4-compatible), former site-local, relays and CGNAT.
_NEVER_PUBLIC: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "64:ff9b:1::/48",
        "2002::/16",
        "2001::/23",
        "::/96",
        "fec0::/10",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "198.18.0.0/15",
        "3fff::/20",
    )
)


class Guard:
    """Judges addresses. `allowed` names hosts and networks (`10.0.0.0/8`) the administrator
    has opened to connections; it never opens anything to addresses found in content.
    """

    def __init__(
        self,
        policy: Policy = "local",
        *,
        allowed: Iterable[str] = (),
        look_up: LookUp | None = None,
    ) -> None:
        self._policy = policy
        self._hosts: frozenset[str]
        self._networks: tuple[Network, ...]
        self._hosts, self._networks = _read_allowed(allowed)
        self._look_up = look_up or look_up_addresses

    def is_strict(self, *, content_derived: bool) -> bool:
        """Tell whether only public addresses, and allowed ones, may be reached."""
        return content_derived or self._policy == "network"

    def judge(self, host: str, address: str, *, content_derived: bool = False) -> None:
        """Raise `AddressRefused` unless a connection to `host` may lead to `address`."""
        actual, is_public = _weigh(address)
        if not content_derived and self._is_allowed(host, actual):
            return
        if actual in _METADATA:
            raise _refused(host, actual, "a cloud's metadata service", content_derived)
        if self.is_strict(content_derived=content_derived) and not is_public:
            raise _refused(host, actual, "not a public address", content_derived)

    async def addresses_of(
        self, host: str, port: int, *, content_derived: bool = False
    ) -> Sequence[str]:
        """Look `host` up and return its addresses, all judged; one bad one refuses them all.

        Raises `AddressRefused`, or `OSError` when the name is not found.
        """
        addresses = await self._look_up(host, port)
        for address in addresses:
            self.judge(host, address, content_derived=content_derived)
        return addresses

    async def admit(self, target: Target, *, content_derived: bool, proxied: bool) -> None:
        """Judge `target` before anything is sent, as far as that can be done beforehand.

        Without a proxy a name is judged where it is looked up for the connection itself.
        Through a proxy, which looks it up on its own, it is judged by what it is here; where
        private addresses are fine anyway, looking it up here would only tell others about it.
        """
        if target.literal is not None:
            self.judge(target.host, target.host, content_derived=content_derived)
            return
        if not proxied or not self.is_strict(content_derived=content_derived):
            return
        if not content_derived and self._is_allowed_host(target.host):
            return
        try:
            await self.addresses_of(target.host, target.port, content_derived=content_derived)
        except OSError:
            raise AddressRefused(
                f"{target.host!r} cannot be looked up here, so Tapster cannot tell where the "
                "outbound proxy would lead: an administrator may allow this host.",
                field="endpoint",
            ) from None

    def _is_allowed(self, host: str, address: IpAddress) -> bool:
        return self._is_allowed_host(host) or any(address in net for net in self._networks)

    def _is_allowed_host(self, host: str) -> bool:
        return bool(self._hosts) and host.lower().rstrip(".") in self._hosts


async def look_up_addresses(host: str, port: int) -> Sequence[str]:
    """Return the addresses of `host`, in the order the system prefers them."""
    name = host.lower().rstrip(".")
    if name == "localhost" or name.endswith(".localhost"):
        # RFC 6761: always this machine, though servers listen on one of the two only.
        return ("127.0.0.1", "::1")
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(_plain(entry[4]) for entry in found))


def _plain(address: tuple[object, ...]) -> str:
    host = str(address[0])
    if len(address) == 4 and address[3] and "%" not in host:
        return f"{host}%{address[3]}"  # a link-local address needs its interface
    return host


@lru_cache(maxsize=4096)  # every call is judged, most of them lead where the last one led
def _weigh(address: str) -> tuple[IpAddress, bool]:
    """Return the address `address` really is, and whether it is public."""
    actual = _unwrapped(ipaddress.ip_address(address.partition("%")[0]))
    return actual, _is_public(actual)


def _unwrapped(address: IpAddress) -> IpAddress:
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def _is_public(address: IpAddress) -> bool:
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    return not any(address in net for net in _NEVER_PUBLIC if net.version == address.version)


def _read_allowed(allowed: Iterable[str]) -> tuple[frozenset[str], tuple[Network, ...]]:
    hosts: set[str] = set()
    networks: list[Network] = []
    for entry in allowed:
        text = entry.strip()
        try:
            networks.append(ipaddress.ip_network(text.strip("[]"), strict=False))
        except ValueError:
            if not text or "/" in text or ":" in text:
                raise InvalidInput(
                    f"{entry!r} is neither a host nor a network: write it like "
                    "ollama.example.org or 10.0.0.0/8.",
                    field="allowed",
                ) from None
            hosts.add(text.lower().rstrip("."))
    return frozenset(hosts), tuple(networks)


def _refused(host: str, address: IpAddress, kind: str, content_derived: bool) -> AddressRefused:
    leads = f"{host!r} is" if host == str(address) else f"{host!r} leads to {address}, which is"
    way_out = (
        "Only public addresses are fetched for content."
        if content_derived
        else "If it is meant to be reached, an administrator may allow this host or network."
    )
    return AddressRefused(f"{leads} {kind}: Tapster does not connect to it. {way_out}")
