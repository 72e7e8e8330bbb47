"""`tapster keys`: provider keys, which go in and are never shown again."""

import os
from pathlib import Path
from typing import Annotated

import typer

from tapster.cli._asking import confirm, read_key, read_passphrase
from tapster.cli._desk import desk
from tapster.cli._help import Commands
from tapster.cli._tables import show_json, show_table
from tapster.cli._terminal import counted, moment, note, opened, run
from tapster.core.errors import InvalidInput

app = typer.Typer(
    cls=Commands,
    help="Provider keys. They go into the vault and are never shown again.",
    no_args_is_help=True,
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Which = Annotated[
    str, typer.Argument(metavar="WHICH", help="Key id, or a connection with exactly one key.")
]
FromStdin = Annotated[
    bool, typer.Option("--key-stdin", help="Read the key from standard input, without asking.")
]


@app.command("list")
def list_keys(context: typer.Context, *, as_json: Json = False) -> None:
    """List every key by its last four characters, owner, age and when it last worked."""

    async def work() -> None:
        async with opened(context) as tapster:
            owned = await tapster.keys.all()
        if as_json:
            show_json(owned)
            return
        show_table(
            ("ID", "BELONGS TO", "KEY", "LABEL", "FOR", "ADDED", "LAST WORKED", "STATE"),
            (
                (
                    each.key.id,
                    each.owner,
                    f"…{each.key.last4} ({each.key.fingerprint})",
                    each.key.label,
                    each.key.origin,
                    moment(each.key.added_at),
                    moment(each.key.last_worked_at),
                    each.key.state,
                )
                for each in owned
            ),
            empty="There is no key. Enter one: tapster keys set CONNECTION",
        )

    run(work())


@app.command("set")
def set_key(
    context: typer.Context,
    connection: Annotated[
        str, typer.Argument(metavar="CONNECTION", help="The connection it belongs to.")
    ],
    *,
    label: Annotated[str, typer.Option(help="What to call it.")] = "",
    admin: Annotated[
        bool,
        typer.Option(
            "--admin", help="The one by which a server of one's own lets its models be changed."
        ),
    ] = False,
    key_stdin: FromStdin = False,
) -> None:
    """Enter a key for a connection. Several keys of one connection take turns."""
    with desk(context) as open_desk:
        # Nobody types a key for a connection that is not there.
        found = open_desk.do(open_desk.tapster.connections.find(connection))
        kind = "Admin key" if admin else "Key"
        secret = read_key(f"{kind} of {found.name} (not shown)", from_stdin=key_stdin)
        keys = open_desk.tapster.keys
        setting = (
            keys.set_admin(found.slug, secret)
            if admin
            else keys.set(found.slug, secret, label=label)
        )
        key = open_desk.do(setting)
    note(
        f"Kept …{key.last4} for {key.origin}. Keep your own copy too: a lost key cannot be "
        "restored by its provider."
    )


@app.command("rotate")
def rotate_key(
    context: typer.Context,
    which: Which,
    *,
    key_stdin: FromStdin = False,
) -> None:
    """Replace a key by a new one."""
    with desk(context) as open_desk:
        found = open_desk.do(open_desk.tapster.keys.find(which))
        secret = read_key(f"New key instead of …{found.last4} (not shown)", from_stdin=key_stdin)
        key = open_desk.do(open_desk.tapster.keys.rotate(found.id, secret))
    note(f"Replaced …{found.last4} by …{key.last4}.")


@app.command("label")
def label_key(
    context: typer.Context,
    which: Which,
    label: Annotated[str, typer.Argument(metavar="LABEL", help="What to call it.")],
) -> None:
    """Call a key something else."""

    async def work() -> str:
        async with opened(context) as tapster:
            return (await tapster.keys.relabel(which, label)).last4

    note(f"Relabelled …{run(work())}.")


@app.command("first")
def put_first(
    context: typer.Context,
    which: Which,
    *,
    undo: Annotated[
        bool, typer.Option("--undo", help="Let it take turns with the others again.")
    ] = False,
) -> None:
    """Use a key before the others of its connection, which stand in when it is refused."""

    async def work() -> str:
        async with opened(context) as tapster:
            return (await tapster.keys.put_first(which, first=not undo)).last4

    last4 = run(work())
    note(f"…{last4} takes turns again." if undo else f"…{last4} is used first.")


@app.command("remove")
def remove_key(
    context: typer.Context,
    which: Which,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove a key for good."""
    with desk(context) as open_desk:
        found = open_desk.do(open_desk.tapster.keys.find(which))
        if not yes and not confirm(
            f"Remove the key …{found.last4}? A key cannot be restored by its provider.",
            otherwise="say --yes.",
        ):
            note("Nothing was removed.")
            raise typer.Exit(130)
        key = open_desk.do(open_desk.tapster.keys.remove(found.id))
    note(f"Removed …{key.last4}.")


@app.command("passphrase")
def change_passphrase(
    context: typer.Context,
    *,
    remove: Annotated[
        bool,
        typer.Option("--remove", help="Back to the system's keyring or the key file."),
    ] = False,
) -> None:
    """Lock all keys with a new passphrase, or with none."""
    with desk(context) as open_desk:
        passphrase = None if remove else read_passphrase("New passphrase", twice=True)
        open_desk.do(open_desk.tapster.lock_keys(passphrase))
    if remove:
        note("The keys need no passphrase any more: unset TAPSTER_VAULT_PASSPHRASE.")
    else:
        note(
            "Set TAPSTER_VAULT_PASSPHRASE to it from now on. Nobody can open the keys without it, "
            "and it is kept nowhere."
        )


@app.command("export")
def export_keys(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="File to write; it must not exist yet.")
    ],
) -> None:
    """Write all keys into one file, sealed by a passphrase."""
    passphrase = read_passphrase("Passphrase for the file", twice=True)

    async def work() -> int:
        async with opened(context) as tapster:
            sealed = await tapster.keys.export(passphrase)
            count = len(await tapster.keys.all())
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise InvalidInput(
                f"{file} cannot be written: {error.strerror}. Choose another name."
            ) from error
        with os.fdopen(handle, "wb") as target:
            target.write(sealed)
        return count

    keys = counted(run(work()), "key")
    note(f"Sealed {keys} in {file}. Without the passphrase nobody can open it.")


@app.command("import")
def import_keys(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A file written by `tapster keys export`.")
    ],
) -> None:
    """Take in the keys of an exported file whose connections and presets are here."""
    try:
        sealed = file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from error
    passphrase = read_passphrase("Passphrase of the file")

    async def work() -> None:
        async with opened(context) as tapster:
            imported = await tapster.keys.import_file(sealed, passphrase)
        if imported.keys:
            note(f"Took in {counted(len(imported.keys), 'key')}.")
        else:
            note("Took in no key: those of connections and presets here were here already.")
        if imported.missing:
            note(
                f"Passed over {', '.join(imported.missing)}, not here. Add what is missing under "
                "the same name, then import the file again."
            )

    run(work())
