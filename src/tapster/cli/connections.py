"""`tapster connections`: saved ways to providers."""

from typing import Annotated

import typer

from tapster.cli._asking import confirm
from tapster.cli._connections_shown import Json, Name, describe, plain
from tapster.cli._desk import desk
from tapster.cli._help import Commands
from tapster.cli._tables import show_json, show_table
from tapster.cli._terminal import note, one_line, opened, run
from tapster.cli.connection_checks import check_connection
from tapster.cli.connection_drafts import add_connection, edit_connection
from tapster.cli.connection_files import export_connections, import_connections


def list_connections(context: typer.Context, *, as_json: Json = False) -> None:
    """List every connection, saved and ready-made."""

    async def work() -> None:
        async with opened(context) as tapster:
            every = await tapster.connections.all()
            described = [await describe(tapster, each) for each in every]
        if as_json:
            show_json(described)
            return
        show_table(
            ("NAME", "SOURCE", "MODEL", "KEYS", "ENDPOINT", "FROM"),
            (
                (
                    each["name"],
                    each["source"],
                    each["model"] or "",
                    ", ".join(each["keys"]),
                    each["endpoint"] or "",
                    each["origin"],
                )
                for each in described
            ),
            empty="There is no connection.",
        )

    run(work())


def show_connection(context: typer.Context, name: Name, *, as_json: Json = False) -> None:
    """Show one connection; its keys only by their last four characters."""

    async def work() -> None:
        async with opened(context) as tapster:
            described = await describe(tapster, await tapster.connections.find(name))
        if as_json:
            show_json(described)
            return
        for field, value in described.items():
            if words := one_line(plain(value)):
                print(f"{field.replace('_', ' '):21}{words}")

    run(work())


def duplicate_connection(
    context: typer.Context,
    name: Name,
    *,
    new_name: Annotated[str | None, typer.Option("--as", help="Name of the copy.")] = None,
) -> None:
    """Save a copy of a connection; its keys go along, to the same address only."""

    async def work() -> str:
        async with opened(context) as tapster:
            return (await tapster.connections.duplicate(name, new_name)).name

    note(f"Saved {run(work())!r}.")


def remove_connection(
    context: typer.Context,
    name: Name,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove a saved connection and its keys."""
    with desk(context) as open_desk:
        connections = open_desk.tapster.connections
        found = open_desk.do(connections.find(name))
        if not yes and not confirm(
            f"Remove {found.name!r} and its keys? A key cannot be restored by its provider.",
            otherwise="say --yes.",
        ):
            note("Nothing was removed.")
            raise typer.Exit(130)
        removed = open_desk.do(connections.remove(found.slug))
    note(f"Removed {removed.name!r}.")


app = typer.Typer(cls=Commands, help="Saved ways to providers.", no_args_is_help=True)
app.command("list")(list_connections)
app.command("show")(show_connection)
app.command("add")(add_connection)
app.command("edit")(edit_connection)
app.command("duplicate")(duplicate_connection)
app.command("export")(export_connections)
app.command("import")(import_connections)
app.command("remove")(remove_connection)
app.command("check")(check_connection)
