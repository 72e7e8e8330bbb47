"""How a key is shown, and how one is granted."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from tapster.core.links import Transport
from tapster.core.secrets import Secret


@dataclass(frozen=True)
class Bearer:
    """The key goes into `Authorization: Bearer …`."""

    def headers(self, key: Secret) -> dict[str, str]:
        return {"authorization": f"Bearer {key.reveal()}"}

    def query(self, key: Secret) -> dict[str, str]:
        del key
        return {}


@dataclass(frozen=True)
class HeaderKey:
    """The key goes into a header of its own."""

    name: str

    def headers(self, key: Secret) -> dict[str, str]:
        return {self.name: key.reveal()}

    def query(self, key: Secret) -> dict[str, str]:
        del key
        return {}


@dataclass(frozen=True)
class QueryKey:
    """The key goes into the address, as the oldest APIs want it."""

    name: str = "key"

    def headers(self, key: Secret) -> dict[str, str]:
        del key
        return {}

    def query(self, key: Secret) -> dict[str, str]:
        return {self.name: key.reveal()}


@dataclass(frozen=True)
class NoKey:
    """There is nothing to show."""

    def headers(self, key: Secret) -> dict[str, str]:
        del key
        return {}

    def query(self, key: Secret) -> dict[str, str]:
        del key
        return {}


Auth = Bearer | HeaderKey | QueryKey | NoKey


@dataclass(frozen=True)
class KeyGrant:
    """A key the provider makes when a person agrees in the browser (OAuth 2.0 with PKCE).

    `page` makes the address to open from a callback address and a verifier; `exchange` turns
    the code that came back, with the same verifier, into the key.
    """

    page: Callable[[str, str], str]
    exchange: Callable[[str, str, Transport], Awaitable[Secret]]
