"""`tapster doctor`: is everything in place, and if not, what to do."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from msgspec import Struct

from tapster.cli._tables import show_json
from tapster.cli._terminal import config_of, counted, one_line, opened, run
from tapster.core.errors import TapsterError
from tapster.core.redaction import redact_shapes

if TYPE_CHECKING:
    from tapster.app import Config, Tapster
    from tapster.core.connections import Connection


class Finding(Struct, frozen=True):
    """What was found of one part, and whether it is well."""

    part: str
    well: bool
    words: str


def doctor(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look over folders, database, Redis, vault, embedded model and connections."""
    findings = run(_examine(context, config_of(context)))
    if as_json:
        show_json(findings)
    else:
        for each in findings:
            print("✓" if each.well else "✗", one_line(f"{each.part}: {each.words}"))
    if not all(each.well for each in findings):
        raise typer.Exit(1)


async def _examine(context: typer.Context, config: "Config") -> list[Finding]:
    found = [
        _look_at_folder(part, folder)
        for part, folder in (
            ("data folder", config.data_dir),
            ("configuration folder", config.config_dir),
        )
    ]
    if config.redis_url:
        found.append(await _look_at_redis(config.redis_url))
    try:
        async with opened(context) as tapster:
            found.append(Finding("database", well=True, words=redact_shapes(config.database)))
            found.append(await _look_at_vault(tapster))
            every = await tapster.connections.all()
            found += [await _look_at_connection(tapster, each) for each in every]
    except TapsterError as error:
        found.append(Finding("database and vault", well=False, words=error.message))
    return found


def _look_at_folder(part: str, folder: Path) -> Finding:
    if not folder.exists():
        return Finding(part, well=True, words=f"{folder}, not made yet")
    if not folder.is_dir():
        return Finding(part, well=False, words=f"{folder} is a file, not a folder.")
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return Finding(part, well=False, words=f"{folder} is read-only, or not yours.")
    return Finding(part, well=True, words=str(folder))


async def _look_at_redis(url: str) -> Finding:
    from tapster.broadcast.asking import demand_redis

    try:
        await demand_redis(url)
    except TapsterError as error:
        return Finding("redis", well=False, words=error.message)
    return Finding("redis", well=True, words=redact_shapes(url))


async def _look_at_vault(tapster: "Tapster") -> Finding:
    keys = [each.key for each in await tapster.keys.all()]
    # A detached key is in order: it waits to be entered again for the new address.
    active = [key for key in keys if key.state == "active"]
    try:
        await tapster.keys.open_all()
    except TapsterError as error:
        return Finding("vault", well=False, words=error.message)
    words = f"{counted(len(active), 'key')}, all can be opened" if active else "empty"
    if len(keys) > len(active):
        words += f"; {len(keys) - len(active)} detached"
    return Finding("vault", well=True, words=words)


async def _look_at_connection(tapster: "Tapster", connection: "Connection") -> Finding:
    part = f"connection {connection.name}"
    try:
        source = tapster.connections.source_of(connection)
        words = connection.source
        if connection.environment:
            words += f", from {connection.environment}"
        if source.built_in:
            part = "embedded model"
            # Asked for, its models tell whether the library is there, too.
            models = await tapster.connections.models(connection.slug, refresh=True)
            words = ", ".join(model.id for model in models)
        else:
            words += f", not asked here: tapster connections check {connection.slug}"
    except TapsterError as error:
        return Finding(part, well=False, words=error.message)
    return Finding(part, well=True, words=words)
