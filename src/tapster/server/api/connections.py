"""Connections: everyone uses them, admins make them."""

from collections.abc import Iterable
from typing import Annotated, Any

from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType, structs

from tapster.app import Draft, Tapster
from tapster.app.connection_files import ConnectionFile, Renamed, Skipped
from tapster.app.offered_settings import SettingOffered
from tapster.core.checks import Check, Standing, in_short
from tapster.core.connections import ApiType, Connection, Proxy
from tapster.core.errands import Asker, PageId
from tapster.core.keys import Key
from tapster.core.links import Timeouts
from tapster.core.models import Model
from tapster.core.people import Caller
from tapster.core.secrets import Secret
from tapster.relay import Trial
from tapster.server.gate import ThisCaller, ThisTapster, house

KeyText = Annotated[str, Meta(max_length=1 << 20)]


class ConnectionFields(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What can be set on a connection; what is left out stays, or is as usual."""

    endpoint: str | UnsetType | None = UNSET
    proxy: str | UnsetType | None = UNSET
    model: str | UnsetType | None = UNSET
    bypass_status_check: bool | UnsetType = UNSET
    show_external: bool | UnsetType = UNSET
    headers: dict[str, str] | UnsetType = UNSET
    include_body: dict[str, Any] | UnsetType = UNSET
    exclude_body: tuple[str, ...] | UnsetType = UNSET
    post_processing: str | UnsetType | None = UNSET
    options: dict[str, Any] | UnsetType = UNSET
    timeouts: Timeouts | UnsetType = UNSET
    outbound_proxy: str | UnsetType | None = UNSET
    verify_tls: bool | UnsetType = UNSET
    notes: str | UnsetType = UNSET


class NewConnection(ConnectionFields, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A connection to save. Its `key` goes into the vault and is never told again.

    Without a `name` it is called as its source is, with a number behind it where that is taken.
    """

    source: str
    name: str | None = None
    key: KeyText | None = None


class ConnectionChanges(ConnectionFields, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change; `version` is the one the change was made upon.

    With a `source` it becomes one of that kind: it leads where it led, with its key and model.
    """

    name: str | UnsetType = UNSET
    source: str | None = None
    version: int | None = None


class ConnectionSettings(Struct, frozen=True, kw_only=True):
    """Where a connection leads and how, as admins see it. `proxy` is the id of a preset."""

    endpoint: str | None
    proxy: str | None
    bypass_status_check: bool
    show_external: bool
    headers: dict[str, str]
    include_body: dict[str, Any]
    exclude_body: tuple[str, ...]
    post_processing: str | None
    options: dict[str, Any]
    timeouts: Timeouts
    outbound_proxy: str | None
    verify_tls: bool
    notes: str
    created_at: float
    updated_at: float
    version: int
    environment: str | None


class ConnectionShown(Struct, frozen=True, kw_only=True):
    """A connection. Where it leads (`settings`) only admins are told.

    `status` is how it was last found to stand, by a check or an answer; everyone is told that in
    short, admins with the addresses and the provider's words. `proxy_preset` is the name of the
    preset it goes through, told to everyone: whoever runs that proxy reads what is sent.
    """

    id: str
    name: str
    slug: str
    source: str
    proxy_preset: str | None
    model: str | None
    api_type: ApiType
    ready_made: bool
    status: Standing | None
    settings: ConnectionSettings | UnsetType = UNSET


class ConnectionChanged(Struct, frozen=True):
    """A connection after a change, and the keys that lead nowhere any more because of it."""

    connection: ConnectionShown
    detached: tuple[Key, ...] = ()


class ConnectionsTakenIn(Struct, frozen=True, kw_only=True):
    """What became of a file: what was added, and what was not or under another name."""

    added: tuple[ConnectionShown, ...]
    proxies: tuple[Proxy, ...]
    skipped: tuple[Skipped, ...]
    renamed: tuple[Renamed, ...]


class CopyNamed(Struct, frozen=True, forbid_unknown_fields=True):
    """The name of a copy; one of its own where none is given."""

    name: str | None = None


class ModelChosen(Struct, frozen=True, forbid_unknown_fields=True):
    """The model to try; the connection's own where none is named. `page`: the page that asks."""

    model: str | None = None
    page: PageId | None = None


@get("/api/connections", opt=house("connection"))
async def list_connections(caller: ThisCaller, tapster: ThisTapster) -> list[ConnectionShown]:
    """List every connection, saved and ready-made."""
    return await _show_all(await tapster.connections.all(), caller, tapster)


@post("/api/connections", opt=house("connection", admins=True))
async def add_connection(
    caller: ThisCaller, tapster: ThisTapster, data: JSONBody[NewConnection]
) -> ConnectionShown:
    """Save a connection, with its key if one is given."""
    key = Secret(data.key) if data.key is not None else None
    connection = await tapster.connections.add(data.name, data.source, _draft(data), key)
    return await _show(connection, caller, tapster)


@get("/api/connections/export", opt=house("connection", admins=True))
async def export_connections(tapster: ThisTapster) -> Response[ConnectionFile]:
    """Download every saved connection and proxy preset as one file, without any key."""
    return Response(
        await tapster.connection_files.write(),
        headers={"content-disposition": 'attachment; filename="tapster-connections.json"'},
    )


@post("/api/connections/import", opt=house("connection", admins=True), status_code=200)
async def import_connections(
    caller: ThisCaller, tapster: ThisTapster, data: JSONBody[ConnectionFile]
) -> ConnectionsTakenIn:
    """Add the connections and proxy presets of such a file. Keys are entered anew."""
    taken = await tapster.connection_files.take_in(data)
    return ConnectionsTakenIn(
        added=tuple(await _show_all(taken.added, caller, tapster)),
        proxies=taken.proxies,
        skipped=taken.skipped,
        renamed=taken.renamed,
    )


@get("/api/connections/{connection_id:str}", opt=house("connection"))
async def show_connection(
    connection_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster
) -> ConnectionShown:
    """Show one connection."""
    return await _show(await tapster.connections.pick(connection_id), caller, tapster)


@patch("/api/connections/{connection_id:str}", opt=house("connection", admins=True))
async def change_connection(
    connection_id: FromPath[str],
    caller: ThisCaller,
    tapster: ThisTapster,
    data: JSONBody[ConnectionChanges],
) -> ConnectionChanged:
    """Change a connection. A key entered for another origin is detached."""
    connection = await tapster.connections.pick(connection_id)
    draft = structs.replace(_draft(data), name=data.name)
    edited = await tapster.connections.edit(
        connection.slug, draft, source=data.source, version=data.version
    )
    shown = await _show(edited.connection, caller, tapster)
    return ConnectionChanged(shown, edited.detached)


@post("/api/connections/{connection_id:str}/duplicate", opt=house("connection", admins=True))
async def duplicate_connection(
    connection_id: FromPath[str],
    caller: ThisCaller,
    tapster: ThisTapster,
    data: JSONBody[CopyNamed | None] = None,
) -> ConnectionShown:
    """Save a copy of a connection; its keys go along, to the same origin only."""
    connection = await tapster.connections.pick(connection_id)
    copy = await tapster.connections.duplicate(connection.slug, data.name if data else None)
    return await _show(copy, caller, tapster)


@delete(
    "/api/connections/{connection_id:str}", opt=house("connection", admins=True), status_code=204
)
async def remove_connection(connection_id: FromPath[str], tapster: ThisTapster) -> None:
    """Remove a connection with its keys."""
    connection = await tapster.connections.pick(connection_id)
    await tapster.connections.remove(connection.slug)


@post(
    "/api/connections/{connection_id:str}/check",
    opt=house("connection", admins=True),
    status_code=200,
)
async def check_connection(connection_id: FromPath[str], tapster: ThisTapster) -> Check:
    """Ask the endpoint how it stands. A better address that works is stored."""
    connection = await tapster.connections.pick(connection_id)
    return await tapster.connections.check(connection.slug)


@post(
    "/api/connections/{connection_id:str}/test",
    opt=house("connection", admins=True),
    status_code=200,
)
async def try_connection(
    connection_id: FromPath[str],
    caller: ThisCaller,
    tapster: ThisTapster,
    data: JSONBody[ModelChosen | None] = None,
) -> Trial:
    """Send one short message and tell how it went."""
    connection = await tapster.connections.pick(connection_id)
    chosen = data or ModelChosen()
    asker = Asker(caller.person.id, chosen.page) if chosen.page else None
    return await tapster.connections.try_out(connection.slug, chosen.model, asker=asker)


@get("/api/connections/{connection_id:str}/models", opt=house("connection"))
async def list_models(
    connection_id: FromPath[str],
    caller: ThisCaller,
    tapster: ThisTapster,
    refresh: FromQuery[bool] = False,
) -> list[Model]:
    """List the models to choose from; an admin may have the endpoint asked anew."""
    connection = await tapster.connections.pick(connection_id)
    refresh = refresh and caller.is_admin
    return list(await tapster.connections.models(connection.slug, refresh=refresh))


@get("/api/connections/{connection_id:str}/settings", opt=house("connection"))
async def list_settings(
    connection_id: FromPath[str], tapster: ThisTapster, model: FromQuery[str | None] = None
) -> list[SettingOffered]:
    """List the response settings a model takes, and which of them it refuses and why."""
    connection = await tapster.connections.pick(connection_id)
    return list(await tapster.connections.settings(connection, model))


def _draft(fields: ConnectionFields) -> Draft:
    return Draft(**{name: getattr(fields, name) for name in ConnectionFields.__struct_fields__})


async def _show(connection: Connection, caller: Caller, tapster: Tapster) -> ConnectionShown:
    (shown,) = await _show_all([connection], caller, tapster)
    return shown


async def _show_all(
    connections: Iterable[Connection], caller: Caller, tapster: Tapster
) -> list[ConnectionShown]:
    standings = await tapster.connections.standings()
    presets = {proxy.id: proxy.name for proxy in await tapster.proxies.all()}
    return [
        _shown(each, caller, standings.get(each.id), presets.get(each.proxy or ""))
        for each in connections
    ]


def _shown(
    connection: Connection, caller: Caller, standing: Standing | None, preset: str | None
) -> ConnectionShown:
    if standing is not None and not caller.is_admin:
        standing = in_short(standing)
    names = ConnectionSettings.__struct_fields__
    return ConnectionShown(
        id=connection.id,
        name=connection.name,
        slug=connection.slug,
        source=connection.source,
        proxy_preset=preset,
        model=connection.model,
        api_type=connection.api_type,
        ready_made=connection.ready_made,
        status=standing,
        settings=ConnectionSettings(**{name: getattr(connection, name) for name in names})
        if caller.is_admin
        else UNSET,
    )


ROUTES = (
    list_connections,
    add_connection,
    export_connections,
    import_connections,
    duplicate_connection,
    show_connection,
    change_connection,
    remove_connection,
    check_connection,
    try_connection,
    list_models,
    list_settings,
)
