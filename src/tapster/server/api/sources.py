"""Kinds of providers: what a form for a connection needs to know of each."""

from typing import Any

from litestar import get
from litestar.params import FromPath
from msgspec import Struct

from tapster.core.errands import Ability
from tapster.core.errors import NotFound
from tapster.core.model_jobs import Deed
from tapster.core.models import Model
from tapster.core.settings import Setting
from tapster.server.gate import ThisTapster, house
from tapster.sources import Option, Source


class ControlShown(Struct, frozen=True):
    """What its servers let one do with their models; `options` are those of a load.

    `example` is a name that can be downloaded. With `admin` they may want another key for it.
    """

    deeds: tuple[Deed, ...]
    options: tuple[Option, ...]
    example: str
    admin: bool


class SourceShown(Struct, frozen=True):
    """A kind of provider. `variables` are those that offer a ready-made connection of it.

    One that `grants` keys makes one when the person agrees in the browser. Where there is an
    `ability`, the model lives in a browser: a page that has it must be open.
    """

    id: str
    title: str
    endpoint: str | None
    key: str
    key_page: str | None
    variables: tuple[str, ...]
    docs: str
    note: str
    retired: str | None
    built_in: bool
    grants: bool
    control: ControlShown | None
    ability: Ability | None
    options: tuple[Option, ...]
    settings: tuple[Setting, ...]


class SourceInFull(SourceShown, frozen=True, kw_only=True):
    """A kind of provider with the models we know of it."""

    catalogue: tuple[Model, ...]


@get("/api/sources", opt=house("source"))
async def list_sources(tapster: ThisTapster) -> list[SourceShown]:
    """List every kind of provider."""
    return [SourceShown(**_fields(each)) for each in tapster.sources.values()]


@get("/api/sources/{source_id:str}", opt=house("source"))
async def show_source(source_id: FromPath[str], tapster: ThisTapster) -> SourceInFull:
    """Show one kind of provider with its models."""
    source = tapster.sources.get(source_id)
    if source is None:
        raise NotFound(f"There is no source {source_id[:60]!r}. GET /api/sources lists them.")
    return SourceInFull(**_fields(source), catalogue=tuple(source.catalogue))


def _fields(source: Source) -> dict[str, Any]:
    return {
        "id": source.id,
        "title": source.title,
        "endpoint": source.base_url,
        "key": source.key_need,
        "key_page": source.key_page,
        "variables": tuple(source.key_variables),
        "docs": source.docs,
        "note": source.note,
        "retired": source.retired or None,
        "built_in": source.built_in,
        "grants": source.grant is not None,
        "control": _control(source),
        "ability": source.ability,
        "options": tuple(source.options),
        "settings": tuple(source.settings()),
    }


def _control(source: Source) -> ControlShown | None:
    control = source.control
    if control is None:
        return None
    return ControlShown(control.deeds, control.options, control.example, control.admin)


ROUTES = (list_sources, show_source)
