"""Signing in and out, and who one is."""

from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated, Any

from litestar import Request, Response, delete, get, post, put
from litestar.datastructures import Cookie
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from tapster.app import Tapster
from tapster.app.sessions import LASTS
from tapster.core.errors import InvalidInput, NotSignedIn
from tapster.core.people import Caller, Person, Role, Session
from tapster.core.secrets import Secret
from tapster.server.credentials import COOKIE, HOST_COOKIE, shown_in
from tapster.server.gate import ThisCaller, ThisTapster, open_to_all, own

if TYPE_CHECKING:
    from tapster.server.hosts import Hosts


# What a proxy adds to what it hands on.
_OF_PROXIES = frozenset(("forwarded", "via", "x-real-ip", "x-client-ip", "cf-connecting-ip"))
# What a browser says it asks for: a page of its own, or what a script of ours fetches.
_OWN_WAYS = frozenset(("document", "empty"))


class SignIn(Struct, frozen=True, forbid_unknown_fields=True):
    """A name and its password; neither while this Tapster is yours alone and asks for none."""

    name: Annotated[str, Meta(max_length=200)] | None = None
    password: Annotated[str, Meta(max_length=1024)] | None = None


class NewPassword(Struct, frozen=True, forbid_unknown_fields=True):
    """Another password for oneself; `current` is the one that ends."""

    password: Annotated[str, Meta(max_length=1024)]
    current: Annotated[str, Meta(max_length=1024)] = ""


class Me(Struct, frozen=True):
    """Who is signed in. `scopes` limit an access token; a session has none."""

    id: str
    name: str
    role: Role
    scopes: tuple[str, ...] | None = None


class SessionShown(Struct, frozen=True):
    """A browser one is signed in with."""

    id: str
    agent: str
    created_at: float
    ends_at: float
    is_this: bool


@post("/api/session", opt=open_to_all(), status_code=201)
async def sign_in(
    request: Request[Any, Any, Any], tapster: ThisTapster, data: JSONBody[SignIn | None] = None
) -> Response[Me]:
    """Sign in; the session comes as a cookie. Any session shown along ends."""
    agent = request.headers.get("user-agent", "")
    if data is not None and (data.name or data.password):
        if not data.name or not data.password:
            raise InvalidInput("Signing in takes a name and a password.", field="password")
        person, secret = await tapster.sessions.sign_in(
            data.name,
            Secret(data.password),
            address=_address_of(request),
            agent=agent,
        )
    else:
        entered = await enter(request, tapster)
        if entered is None:
            raise NotSignedIn("Sign in with your name and password.")
        person, secret = entered
    await _end_shown(request, tapster)
    return Response(_me(person), cookies=[session_cookie(request, secret.reveal())])


@get("/api/session", opt=own("session"))
async def show_session(caller: ThisCaller) -> Me:
    """Say who one is."""
    return _me(caller.person, caller.token.scopes if caller.token else None)


@delete("/api/session", opt=own("session"), status_code=204)
async def sign_out(
    request: Request[Any, Any, Any], caller: ThisCaller, tapster: ThisTapster
) -> Response[None]:
    """Sign out. An access token is revoked instead."""
    if caller.session is None:
        raise InvalidInput("An access token does not sign out: revoke it, at /api/tokens.")
    await tapster.sessions.end(caller.person.id, caller.session.id)
    return Response(None, cookies=[session_cookie(request, "")])


@put("/api/session/password", opt=own("session", careful=True), status_code=204)
async def change_password(
    caller: ThisCaller, tapster: ThisTapster, data: JSONBody[NewPassword]
) -> None:
    """Give oneself another password. One's other sessions end."""
    await tapster.people.change_own_password(
        caller.person,
        Secret(data.current),
        Secret(data.password),
        keep=caller.session.id if caller.session else None,
    )


@get("/api/sessions", opt=own("session"))
async def list_sessions(caller: ThisCaller, tapster: ThisTapster) -> list[SessionShown]:
    """List where one is signed in."""
    return [_shown(each, caller) for each in await tapster.sessions.of(caller.person.id)]


@delete("/api/sessions/{session_id:str}", opt=own("session"), status_code=204)
async def end_session(session_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster) -> None:
    """Sign out elsewhere."""
    await tapster.sessions.end(caller.person.id, session_id)


async def enter(request: Request[Any, Any, Any], tapster: Tapster) -> tuple[Person, Secret] | None:
    """Return a session without a password: only on this machine, and while nobody has one."""
    hosts: Hosts = request.app.state.hosts
    host = request.headers.get("host", "").encode("latin-1")
    if hosts.are_public or not hosts.is_loopback(host) or not _is_direct(request):
        return None
    return await tapster.sessions.enter(agent=request.headers.get("user-agent", ""))


def session_cookie(request: Request[Any, Any, Any], secret: str) -> Cookie:
    """Return the cookie that carries a session; an empty one takes it away."""
    is_secure = request.app.state.hosts.is_secure
    return Cookie(
        key=HOST_COOKIE if is_secure else COOKIE,
        value=secret,
        max_age=int(LASTS) if secret else 0,
        path="/",
        secure=is_secure,
        httponly=True,
        samesite="strict",
    )


def _address_of(request: Request[Any, Any, Any]) -> str:
    """Return the address that asks; nothing where it is a proxy's, behind which anybody may be."""
    host = request.client.host if request.client else ""
    hosts: Hosts = request.app.state.hosts
    try:
        is_near = ip_address(host).is_private
        is_here = ip_address(host).is_loopback
    except ValueError:
        return ""
    if (is_near and not _is_unproxied(request)) or (is_here and hosts.are_public):
        return ""
    return host


def _is_unproxied(request: Request[Any, Any, Any]) -> bool:
    """Return whether nothing says that a proxy asks for another."""
    # No browser speaks HTTP/1.0 any more, but proxies do.
    return request.scope["http_version"] != "1.0" and not any(
        name in _OF_PROXIES or name.startswith("x-forwarded") for name in request.headers
    )


def _is_direct(request: Request[Any, Any, Any]) -> bool:
    """Return whether nothing says that a proxy, or a page of somebody else, asks for another."""
    return (
        _is_unproxied(request)
        and request.headers.get("sec-fetch-site", "none") in {"none", "same-origin"}
        and request.headers.get("sec-fetch-dest", "document") in _OWN_WAYS
    )


async def _end_shown(request: Request[Any, Any, Any], tapster: Tapster) -> None:
    shown = shown_in(request.scope["headers"])
    if shown is None or not shown.by_cookie:
        return
    before = await tapster.callers.find(shown.secret)
    if before is not None and before.session is not None:
        await tapster.sessions.end(before.person.id, before.session.id)


def _me(person: Person, scopes: tuple[str, ...] | None = None) -> Me:
    return Me(id=person.id, name=person.name, role=person.role, scopes=scopes)


def _shown(session: Session, caller: Caller) -> SessionShown:
    return SessionShown(
        id=session.id,
        agent=session.agent,
        created_at=session.created_at,
        ends_at=session.ends_at,
        is_this=caller.session is not None and caller.session.id == session.id,
    )


ROUTES = (sign_in, show_session, sign_out, change_password, list_sessions, end_session)
