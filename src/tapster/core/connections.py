"""Connections and proxy presets: how a person reaches a source."""

import re
from collections.abc import Callable
from typing import Any, Literal

from msgspec import Struct, field

from tapster.core.errors import InvalidInput
from tapster.core.links import Timeouts

ApiType = Literal["chat", "text"]

READY_MADE = "ready-"
"""What the id of a connection begins with that nobody saved."""

_LONGEST_NAME = 64
_SLUG = re.compile(r"[^a-z0-9]+")


class Proxy(Struct, frozen=True, kw_only=True):
    """A proxy preset: an address that stands in for a source's endpoint.

    Its password, if it has one, is kept in the vault and sent as the source sends its key.
    """

    id: str
    name: str
    url: str
    created_at: float = 0.0


class Arrangement(Struct, frozen=True, kw_only=True):
    """What a person settles of a connection: where it leads, and how one goes there.

    `endpoint` absent means the source's own; `proxy` names a proxy preset that stands in for it.
    """

    name: str
    source: str
    endpoint: str | None = None
    proxy: str | None = None
    model: str | None = None
    bypass_status_check: bool = False
    show_external: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    include_body: dict[str, Any] = field(default_factory=dict)
    exclude_body: tuple[str, ...] = ()
    post_processing: str | None = None
    options: dict[str, Any] = field(default_factory=dict)
    timeouts: Timeouts = Timeouts()
    outbound_proxy: str | None = None
    verify_tls: bool = True
    notes: str = ""


class Connection(Arrangement, frozen=True, kw_only=True):
    """A named, saved way to one source.

    `proxy` is the id of the preset. `environment` names the variable a ready-made connection's
    key comes from.
    """

    id: str
    slug: str
    api_type: ApiType = "chat"
    created_at: float = 0.0
    updated_at: float = 0.0
    version: int = 1
    environment: str | None = None

    @property
    def ready_made(self) -> bool:
        """Whether nobody saved it: it is built in, or offered by an environment variable."""
        return self.id.startswith(READY_MADE)


def slug_of(name: str) -> str:
    """Return the form of `name` that stands before the `/` of a model's name in the gateway."""
    if len(name.strip()) > _LONGEST_NAME or not name.strip().isprintable():
        raise InvalidInput(
            f"A name has at most {_LONGEST_NAME} characters, all of them printable.", field="name"
        )
    slug = _SLUG.sub("-", name.strip().casefold()).strip("-")
    if not slug:
        raise InvalidInput(
            f"The name {name!r} has no letter or digit in it: choose one with a–z or 0–9.",
            field="name",
        )
    return slug


def free_name(wanted: str, is_taken: Callable[[str], bool]) -> str:
    """Return `wanted`, or with the first number behind it that makes it a name nobody has."""
    wanted = wanted.strip()
    name, number = wanted, 1
    while is_taken(name):
        number += 1
        end = f" {number}"
        name = wanted[: _LONGEST_NAME - len(end)].rstrip() + end
    return name
