"""Keys as everyone may see them, and the tokens programs show to our gateway."""

from typing import Literal

from msgspec import Struct


class Key(Struct, frozen=True, kw_only=True):
    """What may be shown of a provider key or a proxy password.

    `owner` is what one of the functions below returns. `origin` is the scheme, host and port it
    was entered for. A `detached` key was entered for an address its owner no longer has: it is
    never sent again. Of several, those of the lowest `rank` take turns; the others stand in when
    these are refused. Times are seconds since the epoch.
    """

    id: str
    owner: str
    label: str
    origin: str
    last4: str
    fingerprint: str
    added_at: float
    last_worked_at: float | None = None
    state: Literal["active", "detached"] = "active"
    rank: int = 0


def connection_owner(connection_id: str) -> str:
    """Return the `owner` of the keys of a connection."""
    return f"connection:{connection_id}"


def proxy_owner(proxy_id: str) -> str:
    """Return the `owner` of the password of a proxy preset."""
    return f"proxy:{proxy_id}"


def outbound_owner(connection_id: str) -> str:
    """Return the `owner` of the password of a connection's outbound proxy."""
    return f"outbound:{connection_id}"


def admin_owner(connection_id: str) -> str:
    """Return the `owner` of the admin key of the server a connection leads to."""
    return f"admin:{connection_id}"


class SealedKey(Struct, frozen=True, kw_only=True):
    """A key as it rests: what may be shown, and the sealed bytes (nonce and ciphertext)."""

    key: Key
    sealed: bytes


class AccessToken(Struct, frozen=True, kw_only=True):
    """What a program shows to our gateway; only the SHA-256 of its secret is kept.

    `connections` limits it to these connection slugs, `models` to these gateway model names;
    `None` means all. `scopes` are what it may do: `chat` and `models` in the gateway, `api` what
    its owner may do under `/api`, `admin` what needs an admin there. `owner` is a person.
    """

    id: str
    owner: str = "me"
    name: str
    digest: bytes
    last4: str
    scopes: tuple[str, ...] = ("chat", "models")
    connections: tuple[str, ...] | None = None
    models: tuple[str, ...] | None = None
    created_at: float = 0.0
    expires_at: float | None = None
    last_used_at: float | None = None

    @property
    def is_limited(self) -> bool:
        """Whether it may use only some connections or models."""
        return self.connections is not None or self.models is not None
