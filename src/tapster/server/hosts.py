"""The names this server answers to, and the pages that are its own.

A web page of somebody else can have its own name lead to this machine (DNS rebinding); it cannot
have the browser send another name than that. So only known names are answered.
"""

import ipaddress
import re
from urllib.parse import urlsplit

from tapster.app import Config
from tapster.core.errors import InvalidInput

_LOOPBACK = frozenset(("localhost", "127.0.0.1", "::1"))
_HOST = re.compile(r"(?:\[([0-9a-f:.]+)\]|([a-z0-9_]+(?:[a-z0-9_.-]*[a-z0-9_])?))(?::(\d{1,5}))?")
_MOST_SEEN = 256


class Hosts:
    """The names of this server, as its settings say them.

    They `are_public` when people elsewhere may reach it, be it through a proxy on this machine.
    """

    def __init__(self, config: Config) -> None:
        self._names = set(_LOOPBACK)
        # An address that is a number comes from no name server, so it cannot be rebound.
        self._any_number = self.are_public = config.network_mode
        self._public = _origin(config.public_url) if config.public_url else None
        if not _is_unspecified(config.host):
            self._names.add(config.host.lower())
        if self._public:
            name = urlsplit(self._public).hostname or ""
            self._names.add(name)
            self.are_public |= not _is_here(name)
        for host in config.allowed_hosts:
            name, port = _parts(host.lower())
            if not name:
                raise InvalidInput(
                    f"The setting allowed_hosts has {host!r}, which is no host name: write names "
                    "such as chat.example.org, without http:// and without *.",
                    field="allowed_hosts",
                )
            self._names.add(f"{name}:{port}" if port else name)
            self.are_public |= not _is_here(name)
        self._seen: set[bytes] = set()

    @property
    def is_secure(self) -> bool:
        """Whether people reach the server by https."""
        return self._public is not None and self._public.startswith("https:")

    def knows(self, host: bytes) -> bool:
        """Return whether `host`, the value of a Host header, names this server."""
        if host in self._seen:
            return True
        name, port = _parts(host.decode("latin-1").lower())
        known = bool(name) and (
            name in self._names
            or f"{name}:{port}" in self._names
            or (self._any_number and _is_number(name))
        )
        if known and len(self._seen) < _MOST_SEEN:
            self._seen.add(host)
        return known

    def is_loopback(self, host: bytes) -> bool:
        """Return whether `host` can only have been asked for on this machine."""
        return _parts(host.decode("latin-1").lower())[0] in _LOOPBACK

    def is_own_page(self, origin: bytes, host: bytes) -> bool:
        """Return whether a page from `origin` came from the server that `host` names."""
        page = origin.decode("latin-1").lower()
        if page == self._public:
            return True
        asked = host.decode("latin-1").lower()
        if self.is_secure and asked == urlsplit(self._public or "").netloc:
            return False
        return page in {f"http://{asked}", f"https://{asked}"}


def _parts(host: str) -> tuple[str, str]:
    """Return the name and port in `host`; an empty name for what is no host."""
    found = _HOST.fullmatch(host)
    if found is None or int(found[3] or 0) > 65_535:
        return "", ""
    return found[1] or found[2], found[3] or ""


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url.strip().lower())
        parts.port  # noqa: B018  # raises for a port that is none
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not _parts(parts.netloc)[0]:
        raise InvalidInput(
            f"The setting public_url is {url!r}: write the address people use, such as "
            "https://chat.example.org.",
            field="public_url",
        )
    usual = ":443" if parts.scheme == "https" else ":80"
    return f"{parts.scheme}://{parts.netloc.removesuffix(usual)}"


def _is_here(name: str) -> bool:
    """Return whether `name` can only be this machine's."""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")


def _is_number(name: str) -> bool:
    try:
        return not ipaddress.ip_address(name).is_unspecified
    except ValueError:
        return False


def _is_unspecified(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return not host
