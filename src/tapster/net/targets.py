"""The address a call goes to, read once and strictly, so that no two readers can disagree."""

import ipaddress
import re
import socket
from functools import lru_cache

from msgspec import Struct
from yarl import URL

from tapster.core.errors import AddressRefused, InvalidInput

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# What some readers drop, some take for an end and some for a letter of the host.
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\\u2028\u2029]")
_PROXY_SCHEMES = ("http", "https", "socks5", "socks5h", "socks4", "socks4a")
_OLD_NUMBER = re.compile(r"(0x[0-9a-f]*|[0-9]+)(\.(0x[0-9a-f]*|[0-9]+)){0,3}\.?", re.IGNORECASE)


class Target(Struct, frozen=True):
    """Where a call goes. `host` is lower-case ASCII; `literal` is set where it is an address."""

    url: URL
    host: str
    port: int
    literal: IpAddress | None

    @property
    def origin(self) -> str:
        """Scheme, host and port: all of an address that is fit to be shown."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.url.scheme}://{shown}:{self.port}"


def read_target(url: str) -> Target:
    """Return where `url` leads; raise `InvalidInput` for anything but a plain http(s) address."""
    # A key may stand in a query: such addresses are not kept.
    return _read(url) if "?" in url else _remembered(url)


def read_proxy(url: str) -> Target:
    """Return where an outbound proxy is; its address may carry a user name and a password."""
    try:
        parsed = URL("" if _UNSAFE.search(url) else url)
        host, port = parsed.raw_host, parsed.port
    except ValueError:
        parsed, host, port = URL(), None, None
    if not host or parsed.scheme not in _PROXY_SCHEMES:
        raise InvalidInput(
            "The outbound proxy is not an address Tapster can use: write it as "
            "http://host:port or socks5://host:port, with user:password@ before the host if "
            "the proxy wants them.",
            field="outbound_proxy",
        )
    if port is None:
        port = 1080 if parsed.scheme.startswith("socks") else 80
    return Target(parsed.with_port(port), host.lower(), port, read_literal(host))


def read_literal(host: str) -> IpAddress | None:
    """Return the address `host` is, `None` if it is a name.

    Raises `AddressRefused` for notations that different readers take for different addresses.
    """
    if "%" in host:
        raise AddressRefused(
            f"The host {host!r} carries a zone or an escape: write a plain name or address.",
            field="endpoint",
        )
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    if ":" in host or _OLD_NUMBER.fullmatch(host) or _is_old_number(host):
        raise AddressRefused(
            f"The host {host!r} is an address in an unusual notation: "
            "write it as four plain numbers, like 127.0.0.1.",
            field="endpoint",
        )
    return None


@lru_cache(maxsize=256)
def _remembered(url: str) -> Target:
    return _read(url)


def _read(url: str) -> Target:
    if _UNSAFE.search(url):
        raise _refused("holds a space, a line break, a backslash or a control character")
    try:
        parsed = URL(url)
        port = parsed.port
        host = (parsed.raw_host or "").lower()
    except (ValueError, UnicodeError):
        raise _refused("cannot be read") from None
    if parsed.scheme not in ("http", "https"):
        raise _refused("does not begin with http:// or https://")
    if parsed.user is not None or parsed.password is not None or "@" in parsed.raw_authority:
        raise _refused("carries a user name or password; put the key into the key's own field")
    if not host or port is None or not host.isascii():
        raise _refused("names no host")
    if port == 0:
        raise _refused("names port 0, where nothing can listen")
    return Target(_as_written(url, parsed), host, port, read_literal(host))


def _as_written(url: str, parsed: URL) -> URL:
    """Return the address with path and query exactly as the caller wrote them, where possible."""
    rest = re.sub(r"^[^/]*//[^/?#]*", "", url).partition("#")[0]
    if not rest.isascii():
        return parsed.with_fragment(None)
    return URL(
        f"{parsed.scheme}://{parsed.host_port_subcomponent}"
        f"{'' if rest.startswith('/') else '/'}{rest}",
        encoded=True,
    )


def _is_old_number(host: str) -> bool:
    """Tell whether the C library would take `host` for a number, as in `0x7f.1`."""
    try:
        socket.inet_aton(host)
    except OSError:
        return False
    return True


def _refused(why: str) -> InvalidInput:
    return InvalidInput(
        f"The address {why}. Write it as http://host:port/path or https://host/path.",
        field="endpoint",
    )
