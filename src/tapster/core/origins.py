"""The origin of an address: what a key is bound to."""

import ipaddress
from urllib.parse import urlsplit

from tapster.core.errors import InvalidInput

_PORTS = {"http": 80, "https": 443}
# Where names of a house or a company end.
_HOME = (".localhost", ".local", ".lan", ".internal", ".home.arpa")


def origin_of(url: str) -> str:
    """Return `scheme://host:port` of `url`, lower case, the port always written.

    Raises `InvalidInput` for anything that is not a plain http or https address.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise _bad(url) from error
    if parts.scheme not in _PORTS or not parts.hostname or parts.username or parts.password:
        raise _bad(url)
    if port == 0:
        raise InvalidInput(
            "Nothing can listen at port 0: give the port the server runs at.", field="endpoint"
        )
    host = parts.hostname.rstrip(".")
    if ":" in host:
        host = f"[{host}]"
    return f"{parts.scheme}://{host}:{port or _PORTS[parts.scheme]}"


def is_at_home(url: str) -> bool:
    """Whether `url` leads to this machine or a private network, as far as its host says."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return bool(host) and ("." not in host or host.endswith(_HOME))
    return address.is_private or address.is_loopback or address.is_link_local


def _bad(url: str) -> InvalidInput:
    shown = url.partition("?")[0]  # a query may hold a key
    named = repr(shown) if len(shown) <= 80 and "@" not in shown else "That"
    return InvalidInput(
        f"{named} is not an address Tapster can use: write it as http://host:port/path or "
        "https://host/path, without a user name or password in it.",
        field="endpoint",
    )
