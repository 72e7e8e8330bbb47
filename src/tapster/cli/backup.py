"""`tapster backup`: copies of the whole database, made and brought back."""

from typing import TYPE_CHECKING, Annotated

import typer

from tapster.cli._help import Commands
from tapster.cli._tables import show_json, show_table
from tapster.cli._terminal import counted, moment, note, opened, run

if TYPE_CHECKING:
    from tapster.core.backups import Backup

app = typer.Typer(
    cls=Commands,
    help="Backups of everything but keys, and bringing them back.",
    no_args_is_help=True,
)

_Name = Annotated[str, typer.Argument(metavar="NAME", help="As `tapster backup list` shows it.")]
_AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("create")
def create_backup(
    context: typer.Context,
    *,
    words: Annotated[str, typer.Option("--note", help="What to remember it by.")] = "",
    as_json: _AsJson = False,
) -> None:
    """Make a verified backup and print its name. Keys, tokens and passwords are not in it."""

    async def work() -> None:
        async with opened(context) as tapster:
            backup = await tapster.backups.create(words)
        if as_json:
            show_json(backup)
            return
        print(backup.name)
        note(f"Kept in {tapster.config.backups_dir}: {_megabytes(backup)}, verified.")

    run(work())


@app.command("list")
def list_backups(context: typer.Context, *, as_json: _AsJson = False) -> None:
    """List every backup, newest first."""

    async def work() -> None:
        async with opened(context) as tapster:
            backups = await tapster.backups.all()
        if as_json:
            show_json(backups)
            return
        show_table(
            ("NAME", "MADE", "SIZE", "CHATS", "MESSAGES", "NOTE"),
            (
                (
                    each.name,
                    moment(each.contents.made_at) if each.contents else "",
                    _megabytes(each),
                    _count(each, "chats"),
                    _count(each, "messages"),
                    each.damage or (each.contents.note if each.contents else ""),
                )
                for each in backups
            ),
            empty="There is no backup. Make one: tapster backup create",
        )

    run(work())


@app.command("verify")
def verify_backup(context: typer.Context, name: _Name, *, as_json: _AsJson = False) -> None:
    """Read all of a backup and check that it is as it was made."""

    async def work() -> None:
        async with opened(context) as tapster:
            backup = await tapster.backups.verify(name)
        if as_json:
            show_json(backup)
            return
        rows = sum(backup.contents.counts.values()) if backup.contents else 0
        note(f"{backup.name} is sound: {counted(rows, 'row')}, {_megabytes(backup)}.")

    run(work())


@app.command("restore")
def restore_backup(
    context: typer.Context,
    name: _Name,
    *,
    as_copies: Annotated[
        bool,
        typer.Option(
            "--as-copies", help="Only add chats that are gone or have changed, as second copies."
        ),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: _AsJson = False,
) -> None:
    """Put a backup in the place of what is there, which becomes a backup itself before.

    Keys, access tokens, passwords and people stay as they are.
    """
    from tapster.cli._asking import confirm

    async def look() -> "Backup":
        async with opened(context) as tapster:
            return await tapster.backups.look_at(name)

    backup = run(look())
    if (
        not as_copies
        and not yes
        and not confirm(
            f"Replace everything but keys, tokens and people by {name}?",
            otherwise="say --yes, or --as-copies.",
        )
    ):
        raise typer.Exit(1)

    async def work() -> None:
        async with opened(context) as tapster:
            restored = await tapster.backups.restore(name, how="copies" if as_copies else "replace")
        if as_json:
            show_json(restored)
        elif as_copies:
            note(
                f"Brought back {counted(len(restored.chats), 'chat')} as copies; "
                f"{counted(restored.unchanged, 'chat')} were as they are now."
            )
        else:
            note(
                f"Restored {restored.name}: {counted(sum(restored.rows.values()), 'row')}. People "
                f"({_count(backup, 'people')} in the backup) stay as they are. What was there "
                f"before is the backup {restored.before}."
            )

    run(work())


@app.command("remove")
def remove_backup(context: typer.Context, name: _Name) -> None:
    """Remove a backup for good."""

    async def work() -> None:
        async with opened(context) as tapster:
            await tapster.backups.remove(name)
        note(f"Removed {name}.")

    run(work())


def _megabytes(backup: "Backup") -> str:
    return f"{backup.size / 1e6:,.1f} MB"


def _count(backup: "Backup", table: str) -> str:
    return f"{backup.contents.counts.get(table, 0):,}" if backup.contents else ""
