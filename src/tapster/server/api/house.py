"""The house: what this Tapster is, for whoever opens the page, and more of it for admins."""

from typing import Any, Literal

from litestar import Request, get
from msgspec import UNSET, Struct, UnsetType

from tapster import __version__
from tapster.server.gate import ThisTapster, admitted, open_to_all


class House(Struct, frozen=True, kw_only=True):
    """What this Tapster is.

    `build` tells one build of the page from another; empty without one. It is `alone` while it
    belongs to the person at this machine, who is asked for no password; with `network` others
    can reach it. What it is kept in only admins are told.
    """

    version: str
    build: str
    alone: bool
    network: bool
    signed_in: bool
    data_dir: str | UnsetType = UNSET
    database: Literal["sqlite", "postgresql"] | UnsetType = UNSET
    backups: Literal["on", "off"] | UnsetType = UNSET


@get("/api/house", opt=open_to_all())
async def show_house(request: Request[Any, Any, Any], tapster: ThisTapster) -> House:
    """Say what this Tapster is."""
    state = request.app.state
    caller = await admitted(request)
    is_told = caller is not None and caller.is_admin
    config = tapster.config
    return House(
        version=__version__,
        build=state.page.build if state.page else "",
        alone=not state.hosts.are_public and not await tapster.people.are_secured(),
        network=state.hosts.are_public,
        signed_in=caller is not None,
        data_dir=str(config.data_dir) if is_told else UNSET,
        database=config.database_kind if is_told else UNSET,
        backups=config.backups if is_told else UNSET,
    )


ROUTES = (show_house,)
