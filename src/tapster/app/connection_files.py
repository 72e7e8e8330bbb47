"""Connections and proxy presets as one file, to carry to another Tapster; never with a key."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, json, structs

from tapster.app.connections import Connections
from tapster.app.drafts import Draft
from tapster.app.proxies import Proxies
from tapster.core.connections import Arrangement, Connection, Proxy, free_name
from tapster.core.errors import InvalidInput, TapsterError
from tapster.core.redaction import is_secret_name, redact_shapes
from tapster.core.ways import under_connections
from tapster.sources import Source

FORMAT = "tapster-connections"
VERSION = 1

# Each is saved by itself, and its name looked for among all the others.
_MOST = 500

_MAY_HOLD_SECRETS = (
    "endpoint",
    "headers",
    "include_body",
    "options",
    "outbound_proxy",
    "notes",
)


class CarriedProxy(Struct, frozen=True, kw_only=True):
    """A proxy preset in a file, without its password."""

    name: str
    url: str


class CarriedConnection(Arrangement, frozen=True, kw_only=True, omit_defaults=True):
    """A connection in a file, without its keys. `proxy` is the name of the preset.

    `left_out` names fields that were not written because they carry a secret.
    """

    left_out: tuple[str, ...] = ()


class ConnectionFile(Struct, frozen=True, kw_only=True):
    """Everything a person set up but the keys."""

    format: str = FORMAT
    version: int = VERSION
    connections: tuple[CarriedConnection, ...] = ()
    proxies: tuple[CarriedProxy, ...] = ()


class Skipped(Struct, frozen=True):
    """What was not taken in, and why."""

    name: str
    why: str


class Renamed(Struct, frozen=True, rename={"before": "from", "after": "to"}):
    """What was taken in under another name, for there was another thing of its own."""

    before: str
    after: str


class TakenIn(Struct, frozen=True, kw_only=True):
    """What became of a file."""

    added: tuple[Connection, ...] = ()
    proxies: tuple[Proxy, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    renamed: tuple[Renamed, ...] = ()


class ConnectionFiles:
    """Writes files of connections and takes them in."""

    def __init__(
        self, connections: Connections, proxies: Proxies, sources: Mapping[str, Source]
    ) -> None:
        self._connections = connections
        self._proxies = proxies
        self._sources = sources

    async def write(self) -> ConnectionFile:
        """Return every saved connection and proxy preset; nothing in it opens anything."""
        proxies = await self._proxies.all()
        names = {proxy.id: proxy.name for proxy in proxies}
        saved = [each for each in await self._connections.all() if not each.ready_made]
        return ConnectionFile(
            connections=tuple(_carried(each, names) for each in saved),
            proxies=tuple(
                CarriedProxy(name=each.name, url=redact_shapes(each.url)) for each in proxies
            ),
        )

    async def take_in(self, file: ConnectionFile) -> TakenIn:
        """Add what is in `file`. What cannot be added is skipped, and the rest is added still.

        What is here already, just so, is not added again; another of the same name gets a new one.
        """
        if file.format != FORMAT or file.version > VERSION:
            raise InvalidInput(
                f"This is no file of connections that this Tapster knows ({file.format[:40]!r}, "
                f"version {file.version}): update Tapster, or write one "
                + under_connections("tapster connections export")
                + ".",
                field="format",
            )
        if max(len(file.connections), len(file.proxies)) > _MOST:
            raise InvalidInput(
                f"A file may have {_MOST} connections and as many proxy presets: import it in "
                "parts.",
                field="connections",
            )
        added: list[Connection] = []
        presets: list[Proxy] = []
        skipped: list[Skipped] = []
        renamed: list[Renamed] = []
        homes: dict[str, str] = {}
        for proxy in file.proxies:
            try:
                home = await self._home_of(proxy)
            except TapsterError as error:
                skipped.append(Skipped(proxy.name, error.message))
                continue
            if isinstance(home, Proxy):
                presets.append(home)
            homes[proxy.name] = name = home.name if isinstance(home, Proxy) else home
            if name != proxy.name.strip():
                renamed.append(Renamed(proxy.name, name))
        here = {_settled(each) for each in (await self.write()).connections}
        for carried in file.connections:
            moved = structs.replace(carried, proxy=homes.get(carried.proxy or "", carried.proxy))
            if _settled(moved) in here:
                skipped.append(Skipped(carried.name, "It is here already, just as in the file."))
                continue
            try:
                connection = await self._add(moved)
            except TapsterError as error:
                skipped.append(Skipped(carried.name, error.message))
                continue
            added.append(connection)
            if connection.name != carried.name.strip():
                renamed.append(Renamed(carried.name, connection.name))
        return TakenIn(
            added=tuple(added),
            proxies=tuple(presets),
            skipped=tuple(skipped),
            renamed=tuple(renamed),
        )

    async def _home_of(self, carried: CarriedProxy) -> Proxy | str:
        """Return the preset that was added, or the name of the same one that is here."""
        here = {each.name.casefold(): each for each in await self._proxies.all()}
        same = here.get(carried.name.strip().casefold())
        if same is not None and same.url == carried.url:
            return same.name
        taken = frozenset(here)
        return await self._proxies.add(
            free_name(carried.name, lambda name: name.casefold() in taken), carried.url
        )

    async def _add(self, carried: CarriedConnection) -> Connection:
        if carried.source not in self._sources:
            raise InvalidInput(
                f"Its source {carried.source[:40]!r} is not installed here: install the package "
                "that brings it, and import the file again.",
                field="source",
            )
        name = await self._connections.free_name(carried.name)
        fields = structs.asdict(carried)
        for unused in ("name", "source", "left_out"):
            del fields[unused]
        return await self._connections.add(name, carried.source, Draft(**fields))


def _settled(carried: CarriedConnection) -> bytes:
    return json.encode(structs.replace(carried, left_out=()), order="sorted")


def _carried(connection: Connection, proxies: Mapping[str, str]) -> CarriedConnection:
    settled = {name: getattr(connection, name) for name in Arrangement.__struct_fields__}
    left_out: list[str] = []
    for name in _MAY_HOLD_SECRETS:
        settled[name] = _legible(settled[name], name, left_out)
    settled["proxy"] = proxies.get(connection.proxy or "")
    return CarriedConnection(**settled, left_out=tuple(left_out))


def _legible(value: Any, place: str, left_out: list[str]) -> Any:
    """Return `value` without fields that are named as secrets are, and what looks like a key."""
    match value:
        case str():
            return redact_shapes(value)
        case dict():
            return {
                name: _legible(inner, f"{place}.{name}", left_out)
                for name, inner in value.items()
                if not (_may_hold_one(inner) and _is_left_out(name, place, left_out))
            }
        case list() | tuple():
            return [_legible(inner, place, left_out) for inner in value]
        case _:
            return value


def _may_hold_one(value: Any) -> bool:
    """Whether `value` could be a secret, or have one in it; a number is none."""
    return isinstance(value, str | dict | list | tuple)


def _is_left_out(name: str, place: str, left_out: list[str]) -> bool:
    if not is_secret_name(name):
        return False
    left_out.append(f"{place}.{name}")
    return True
