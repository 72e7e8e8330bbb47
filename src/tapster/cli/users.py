"""`tapster users`: who has an account."""

from typing import Annotated

import typer

from tapster.cli._help import Commands
from tapster.cli._tables import show_json, show_table
from tapster.cli._terminal import moment, note, opened, run

app = typer.Typer(
    cls=Commands, help="Accounts of the people who use this Tapster.", no_args_is_help=True
)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The person's name or id.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]


@app.command("add")
def add_user(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the person signs in as.")],
    *,
    role: Annotated[str, typer.Option(help="admin or member.")] = "member",
    password_stdin: FromStdin = False,
) -> None:
    """Make an account. The first becomes an admin and owns what is there already."""
    from tapster.cli._asking import read_password

    password = read_password(f"Password for {name}", from_stdin=password_stdin)

    async def work() -> None:
        async with opened(context) as tapster:
            person = await tapster.people.add(name, password, role=role)  # type: ignore[arg-type]
        note(f"{person.name!r} can sign in now ({person.role}).")

    run(work())


@app.command("list")
def list_users(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List everyone who has an account."""

    async def work() -> None:
        async with opened(context) as tapster:
            people = await tapster.people.all()
            secured = await tapster.people.with_password()
        if as_json:
            show_json(
                [
                    {
                        "id": person.id,
                        "name": person.name,
                        "role": person.role,
                        "has_password": person.id in secured,
                        "created_at": person.created_at,
                        "disabled_at": person.disabled_at,
                    }
                    for person in people
                ]
            )
            return
        show_table(
            ("NAME", "ROLE", "PASSWORD", "SINCE", "DISABLED"),
            (
                (
                    person.name,
                    person.role,
                    "yes" if person.id in secured else "none",
                    moment(person.created_at or None),
                    moment(person.disabled_at) if person.is_disabled else "",
                )
                for person in people
            ),
            empty="There is nobody.",
        )

    run(work())


@app.command("password")
def change_password(
    context: typer.Context, name: Name, *, password_stdin: FromStdin = False
) -> None:
    """Give a person another password. They are signed out everywhere."""
    from tapster.cli._asking import read_password

    password = read_password(f"New password for {name}", from_stdin=password_stdin)

    async def work() -> None:
        async with opened(context) as tapster:
            person = await tapster.people.change_password(name, password)
        note(f"{person.name!r} signs in with the new password from now on.")

    run(work())


@app.command("role")
def change_role(
    context: typer.Context,
    name: Name,
    role: Annotated[str, typer.Argument(metavar="ROLE", help="admin or member.")],
) -> None:
    """Make a person an admin or a member. They sign in anew."""

    async def work() -> None:
        async with opened(context) as tapster:
            person = await tapster.people.change(name, role=role)  # type: ignore[arg-type]
        note(f"{person.name!r} is {person.role} now.")

    run(work())


@app.command("disable")
def disable_user(context: typer.Context, name: Name) -> None:
    """Shut a person out: sessions end, tokens are refused, nothing is lost."""

    async def work() -> None:
        async with opened(context) as tapster:
            person = await tapster.people.change(name, disabled=True)
        note(f"{person.name!r} is shut out.")

    run(work())


@app.command("enable")
def enable_user(context: typer.Context, name: Name) -> None:
    """Let a disabled person in again."""

    async def work() -> None:
        async with opened(context) as tapster:
            person = await tapster.people.change(name, disabled=False)
        note(f"{person.name!r} may sign in again.")

    run(work())


@app.command("remove")
def remove_user(
    context: typer.Context,
    name: Name,
    *,
    with_chats: Annotated[
        bool, typer.Option("--with-chats", help="Remove their chats and files, too.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove a person for good. One who has chats stays, unless they are to go, too."""
    from tapster.cli._asking import confirm

    if not yes and not confirm(
        f"Remove {name} with everything that is theirs, for good?"
        if with_chats
        else f"Remove {name} for good?",
        otherwise="use --yes.",
    ):
        raise typer.Abort

    async def work() -> None:
        async with opened(context) as tapster:
            person = await tapster.people.remove(name, with_chats=with_chats)
        note(f"Removed {person.name!r}.")

    run(work())
