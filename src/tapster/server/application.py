"""The web application: the door, behind it the gateway, `/api`, and the health routes."""

import logging
import secrets
from typing import Any

from litestar import MediaType, Request, Response, get
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException

from tapster import __version__
from tapster.app import Tapster
from tapster.core.errors import StoreError, TapsterError
from tapster.server import gate
from tapster.server.api import (
    answers,
    attachments,
    backups,
    chat_files,
    chats,
    connections,
    errands,
    grants,
    house,
    keys,
    messages,
    news,
    people,
    places,
    preferences,
    proxies,
    runs,
    schema,
    search,
    served_models,
    servers,
    session,
    sources,
    tokens,
)
from tapster.server.bodies import BODY_LIMIT, StrictRequest
from tapster.server.credentials import shown_in
from tapster.server.door import Door
from tapster.server.followers import Followers
from tapster.server.foyer import wants_page
from tapster.server.gate import ThisTapster, admit, open_to_all, provide_caller
from tapster.server.hosts import Hosts
from tapster.server.metrics import CONTENT_TYPE, Metrics
from tapster.server.page import Page, policy_of
from tapster.server.problems import tell_defect, tell_error, tell_refusal
from tapster.server.rooms import Rooms
from tapster.server.v1 import V1

log = logging.getLogger(__name__)

NOUNS = (
    house,
    session,
    preferences,
    news,
    people,
    tokens,
    sources,
    servers,
    connections,
    served_models,
    errands,
    grants,
    keys,
    proxies,
    chats,
    chat_files,
    messages,
    answers,
    places,
    runs,
    search,
    attachments,
    backups,
    schema,
)
"""The modules of `/api`; a new one is added here."""


def make_application(
    tapster: Tapster,
    metrics: Metrics | None = None,
    *,
    followers: Followers | None = None,
    page: Page | None = None,
) -> Door:
    """Return the ASGI application that serves `tapster`, which stays open as long as it runs.

    `page` is what browsers are shown; without one they are told how to build it.
    """
    metrics = metrics or Metrics(
        tapster.figures, commits=lambda: tapster.commits, running=lambda: tapster.runs.running
    )
    hosts = Hosts(tapster.config)

    def provide_tapster() -> Tapster:
        return tapster

    routes = [route for noun in NOUNS for route in noun.ROUTES]
    rooms = Rooms(
        route_handlers=[live, ready, count, front, *routes],
        guards=[admit],
        dependencies={
            "tapster": Provide(provide_tapster, sync_to_thread=False),
            "caller": Provide(provide_caller, sync_to_thread=False),
        },
        exception_handlers={
            TapsterError: tell_error,
            HTTPException: tell_refusal,
            Exception: tell_defect,
        },
        request_class=StrictRequest,
        request_max_body_size=BODY_LIMIT,
        state=State(
            {
                "tapster": tapster,
                "hosts": hosts,
                "metrics": metrics,
                "page": page,
                "routes": [*routes, count],
                "followers": Followers(tapster.callers) if followers is None else followers,
            }
        ),
        logging_config=None,
        openapi_config=None,
    )
    return Door(rooms, V1(tapster.gateway, tapster.callers), hosts, page=page)


@get("/health/live", media_type=MediaType.JSON, opt=open_to_all(), sync_to_thread=False)
def live() -> dict[str, str]:
    """Say that the process runs."""
    return {"status": "live", "version": __version__}


@get("/health/ready", media_type=MediaType.JSON, opt=open_to_all())
async def ready(tapster: ThisTapster) -> Response[dict[str, Any]]:
    """Say whether requests can be answered: the database is there. Redis may be away."""
    try:
        await tapster.ready()
    except StoreError as error:
        # Where the database is, is nobody else's business.
        log.warning("The database cannot be asked: %s", error.message)
        reason = "The database cannot be used for now: the log says why."
        return Response({"status": "not ready", "reason": reason}, status_code=503)
    away = {"redis": "away"} if await tapster.misses_redis() else {}
    return Response({"status": "ready"} | away)


@get(
    "/metrics",
    media_type=CONTENT_TYPE,
    opt=gate.house("metrics", admins=True),
    sync_to_thread=False,
)
def count(request: Request[Any, Any, Any]) -> bytes:
    """Say what was counted, for Prometheus. A program shows the token of an admin."""
    metrics: Metrics = request.app.state.metrics
    return metrics.render()


@get("/", media_type=MediaType.TEXT, opt=open_to_all())
async def front(request: Request[Any, Any, Any], tapster: ThisTapster) -> Response[Any]:
    """Show the page, or say what is here to whoever is no browser.

    Whoever opens it in a browser of this machine is signed in by that.
    """
    page: Page | None = request.app.state.page
    if page is not None and wants_page(request.scope["headers"]):
        reply = _show(page)
    else:
        reply = Response(_TEXT + ("" if page else _UNBUILT))
    reply.headers |= {"cache-control": "no-cache", "vary": "accept"}
    is_opened = (
        request.headers.get("sec-fetch-mode") == "navigate"
        and request.headers.get("sec-fetch-dest", "document") == "document"
    )
    if is_opened and not await _is_known(request, tapster):
        entered = await session.enter(request, tapster)
        if entered is not None:
            reply.cookies.append(session.session_cookie(request, entered[1].reveal()))
    return reply


_TEXT = (
    f"Tapster {__version__} is running.\n\n"
    "OpenAI clients: base URL …/v1, with an access token from "
    "`tapster tokens create NAME`.\n"
    "In a terminal: tapster chat\n"
)
_UNBUILT = "In a browser: the page is not built yet; `make web` builds it, then start anew.\n"


def _show(page: Page) -> Response[Any]:
    nonce = secrets.token_urlsafe(16)
    headers = {"content-security-policy": policy_of(nonce)}
    return Response(page.index(nonce), media_type=MediaType.HTML, headers=headers)


async def _is_known(request: Request[Any, Any, Any], tapster: Tapster) -> bool:
    shown = shown_in(request.scope["headers"])
    return shown is not None and await tapster.callers.find(shown.secret) is not None
