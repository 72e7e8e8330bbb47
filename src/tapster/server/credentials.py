"""What a request shows of who sends it: the same places for `/v1`, for `/api` and for the page."""

from collections.abc import Iterable
from typing import NamedTuple

from tapster.app.callers import Callers
from tapster.core.errors import NotAllowed
from tapster.core.people import Caller

Header = tuple[bytes, bytes]

COOKIE = "tapster_session"
# A browser takes a cookie of this name only from https, and only for this very host.
HOST_COOKIE = f"__Host-{COOKIE}"
OWN_HEADERS = frozenset((b"authorization", b"x-api-key", b"api-key"))
READING = frozenset(("GET", "HEAD", "OPTIONS"))

_COOKIES = frozenset((COOKIE, HOST_COOKIE))


class Shown(NamedTuple):
    """A token or a session's secret. A cookie is sent by the browser, whoever asked it to."""

    secret: str
    by_cookie: bool = False


def shown_in(headers: Iterable[Header]) -> Shown | None:
    """Return what these headers show; never anything from an address."""
    by_name = {name.lower(): value for name, value in headers}
    bearer = by_name.get(b"authorization", b"").decode("latin-1")
    if bearer[:7].casefold() == "bearer ":
        secret = bearer[7:].strip()
        return Shown(secret) if secret else None
    for name in (b"x-api-key", b"api-key"):
        if secret := by_name.get(name, b"").decode("latin-1").strip():
            return Shown(secret)
    if b"cookie" not in by_name:
        return None
    values = set(_session_cookies(headers))
    # Two of them: one was planted by a neighbour of ours, and nobody can tell which.
    return Shown(values.pop(), by_cookie=True) if len(values) == 1 else None


async def caller_of(
    callers: Callers, headers: Iterable[Header], method: str, shown: Shown | None
) -> Caller | None:
    """Return who shows `shown`, if anybody.

    Raises `NotAllowed` for a change asked for by cookie alone that cannot be told from one
    another site made the browser ask for.
    """
    if shown is None:
        return None
    caller = await callers.find(shown.secret)
    if caller is not None and shown.by_cookie and method not in READING:
        _demand_own_page(headers)
    return caller


def _demand_own_page(headers: Iterable[Header]) -> None:
    # What these say was compared with our own address at the door; here they must be there.
    for name, value in headers:
        if name == b"origin" or (name == b"sec-fetch-site" and value == b"same-origin"):
            return
    raise NotAllowed(
        "A change asked for with the session cookie needs the header Origin with this server's "
        "address, as browsers send it. Programs use an access token instead: tapster tokens "
        "create NAME --scope api"
    )


def _session_cookies(headers: Iterable[Header]) -> Iterable[str]:
    for name, value in headers:
        if name.lower() != b"cookie":
            continue
        for part in value.decode("latin-1").split(";"):
            key, _, secret = part.strip().partition("=")
            if key in _COOKIES and secret:
                yield secret
