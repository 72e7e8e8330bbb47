"""The gate of `/api`: each route says whose things it touches, and is let through accordingly."""

from typing import Any, Literal, TypeAlias

from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers.base import BaseRouteHandler
from litestar.types import Scope
from msgspec import Struct

from tapster.app import Tapster
from tapster.core.errors import NotAllowed, NotSignedIn
from tapster.core.people import Caller
from tapster.server.credentials import caller_of, shown_in

TOUCHES = "touches"

# What a route is given when it asks for `tapster` or `caller`.
ThisTapster: TypeAlias = NamedDependency[Tapster]
ThisCaller: TypeAlias = NamedDependency[Caller]


class Touches(Struct, frozen=True):
    """What a route reads or changes.

    `own`: a thing of the caller's; another person's does not exist for them. `house`: what all
    share; with `admins`, for admins only. `nobody`: nothing that anyone has to be known for.
    What is `careful` no token may do without the scope `admin`.
    """

    whose: Literal["own", "house", "nobody"]
    noun: str = ""
    admins: bool = False
    careful: bool = False


def own(noun: str, *, careful: bool = False) -> dict[str, Any]:
    """Return the `opt` of a route that touches the caller's own `noun`."""
    return {TOUCHES: Touches("own", noun, careful=careful)}


def house(noun: str, *, admins: bool = False) -> dict[str, Any]:
    """Return the `opt` of a route that touches what the house shares."""
    return {TOUCHES: Touches("house", noun, admins=admins, careful=admins)}


def open_to_all() -> dict[str, Any]:
    """Return the `opt` of a route that answers whoever asks."""
    return {TOUCHES: Touches("nobody")}


async def admit(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Let the caller through, or raise why not. A route that does not say is closed to all."""
    touches: Touches | None = handler.opt.get(TOUCHES)
    if touches is not None and touches.whose == "nobody":
        return
    caller = await _caller_in(connection)
    if touches is None:
        raise NotAllowed("Nobody may do this.")
    _demand_api(caller)
    if touches.careful and caller.token is not None and not caller.is_admin:
        raise NotAllowed(
            f"The access token {caller.token.name!r} may not do this: it takes an admin's token "
            "with the scope 'admin', or a person who is signed in."
        )
    if touches.admins and not caller.is_admin:
        raise NotAllowed("Only an admin may do this.")
    connection.scope["state"]["caller"] = caller


async def admitted(connection: ASGIConnection[Any, Any, Any, Any]) -> Caller | None:
    """Return who asks, if `/api` is open to them at all; for what is open to all and tells more
    to some.
    """
    try:
        caller = await _caller_in(connection)
        _demand_api(caller)
    except (NotSignedIn, NotAllowed):
        return None
    return caller


def provide_caller(scope: Scope) -> Caller:
    """Return who was let through."""
    caller: Caller = scope["state"]["caller"]  # what `admit` left there
    return caller


def _demand_api(caller: Caller) -> None:
    """Raise `NotAllowed` for a token that is for the gateway."""
    if caller.token is None:
        return
    if not caller.has("api"):
        raise NotAllowed(
            f"The access token {caller.token.name!r} is for the gateway: it lacks the scope 'api'."
        )
    if caller.token.is_limited:
        raise NotAllowed(
            f"The access token {caller.token.name!r} is for the gateway: it is limited to some "
            "connections or models, and what is here reaches beyond them."
        )


async def _caller_in(connection: ASGIConnection[Any, Any, Any, Any]) -> Caller:
    tapster: Tapster = connection.app.state.tapster
    headers = connection.scope["headers"]
    shown = shown_in(headers)
    method = str(connection.scope.get("method", "GET"))
    caller = await caller_of(tapster.callers, headers, method, shown)
    if caller is None:
        raise NotSignedIn(
            "Sign in first (POST /api/session), or show an access token as 'Authorization: "
            "Bearer …' (tapster tokens create NAME --scope api)."
            if shown is None
            else "This session or access token has ended, or never was one: sign in anew."
        )
    return caller
