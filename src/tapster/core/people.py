"""People, their sessions, and who is calling."""

import unicodedata
from typing import Literal

from msgspec import Struct

from tapster.core.errors import InvalidInput
from tapster.core.keys import AccessToken

ME = "me"
"""The person of single-person mode. There always is one: the first account made becomes it."""

Role = Literal["admin", "member"]

_LONGEST_NAME = 64


class Person(Struct, frozen=True, kw_only=True):
    """Someone who has chats of their own. Their password is kept elsewhere, as a hash.

    `handle` is the form of the name in which it is given only once. Who is disabled can do
    nothing, and loses nothing. Times are seconds since the epoch.
    """

    id: str
    name: str
    handle: str
    role: Role = "member"
    created_at: float = 0.0
    disabled_at: float | None = None

    @property
    def is_disabled(self) -> bool:
        """Whether this person may do nothing until enabled again."""
        return self.disabled_at is not None

    @property
    def is_admin(self) -> bool:
        """Whether this person may administer people, keys and connections."""
        return self.role == "admin"


class Session(Struct, frozen=True, kw_only=True):
    """A browser in which a person is signed in; only the SHA-256 of its cookie is kept."""

    id: str
    owner: str
    digest: bytes
    agent: str = ""
    created_at: float = 0.0
    seen_at: float = 0.0
    ends_at: float = 0.0


class Caller(Struct, frozen=True, kw_only=True):
    """Who asks for something, and what they showed: a token or a session.

    What a session may is what its person may; a token may what its scopes say as well.
    """

    person: Person
    token: AccessToken | None = None
    session: Session | None = None

    def has(self, scope: str) -> bool:
        """Return whether the caller may do what `scope` names."""
        return self.token is None or scope in self.token.scopes

    @property
    def is_admin(self) -> bool:
        """Whether the caller may administer people, keys and connections."""
        return self.person.is_admin and self.has("admin")


def accept_name(text: str) -> str:
    """Return `text` as the name of a person, or raise `InvalidInput`."""
    name = unicodedata.normalize("NFKC", text).strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidInput(
            f"A person's name has 1 to {_LONGEST_NAME} characters, all of them printable.",
            field="name",
        )
    return name


def handle_of(name: str) -> str:
    """Return the form of a person's `name` in which it is given only once."""
    return unicodedata.normalize("NFKC", name).strip().casefold()
