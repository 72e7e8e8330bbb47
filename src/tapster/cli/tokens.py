"""`tapster tokens`: what programs show to the gateway."""

from typing import Annotated

import typer

from tapster.cli._help import Commands
from tapster.cli._tables import show_json, show_table
from tapster.cli._terminal import moment, note, opened, run
from tapster.core.errors import InvalidInput

app = typer.Typer(
    cls=Commands, help="Access tokens for programs that use the gateway.", no_args_is_help=True
)


_LONGEST_DAYS = 36_500


@app.command("create")
def create_token(
    context: typer.Context,
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="What to call it, such as the program's name.")
    ],
    *,
    scope: Annotated[
        list[str] | None, typer.Option(help="What it may do: chat, models, api, admin; repeatable.")
    ] = None,
    connection: Annotated[
        list[str] | None, typer.Option(help="Only these connections; repeatable.")
    ] = None,
    model: Annotated[
        list[str] | None, typer.Option(help="Only these models, CONNECTION/ID; repeatable.")
    ] = None,
    owner: Annotated[
        str, typer.Option(help="Whose token it is; the first account's where nobody is named.")
    ] = "me",
    days: Annotated[float | None, typer.Option(help="Days until it ends.")] = None,
) -> None:
    """Make a token and print it alone on standard output. It is not shown again."""
    if days is not None and not 0 < days <= _LONGEST_DAYS:
        raise InvalidInput(
            f"A token ends after more than 0 and at most {_LONGEST_DAYS:,} days.", field="days"
        )

    async def work() -> None:
        async with opened(context) as tapster:
            if connection:
                slugs = tuple([(await tapster.connections.find(each)).slug for each in connection])
            person = await tapster.people.find(owner)
            _, secret = await tapster.tokens.create(
                name,
                owner=person.id,
                scopes=tuple(scope) if scope else ("chat", "models"),
                connections=slugs if connection else None,
                models=tuple(model) if model else None,
                lasts=days * 86400 if days else None,
            )
        print(secret.reveal())
        note("Keep it: it is not shown again.")

    run(work())


@app.command("list")
def list_tokens(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List every token by name and last four characters."""

    async def work() -> None:
        async with opened(context) as tapster:
            tokens = await tapster.tokens.all()
            people = {person.id: person.name for person in await tapster.people.all()}
        if as_json:
            show_json(
                [
                    {
                        "id": token.id,
                        "name": token.name,
                        "owner": people.get(token.owner, token.owner),
                        "last4": token.last4,
                        "scopes": token.scopes,
                        "connections": token.connections,
                        "models": token.models,
                        "created_at": token.created_at,
                        "expires_at": token.expires_at,
                        "last_used_at": token.last_used_at,
                    }
                    for token in tokens
                ]
            )
            return
        show_table(
            ("NAME", "OWNER", "TOKEN", "MAY", "WITH", "ENDS", "LAST USED"),
            (
                (
                    token.name,
                    people.get(token.owner, token.owner),
                    f"…{token.last4}",
                    ", ".join(token.scopes),
                    ", ".join(token.models or token.connections or ("everything",)),
                    moment(token.expires_at),
                    moment(token.last_used_at),
                )
                for token in tokens
            ),
            empty="There is no token. Make one: tapster tokens create NAME",
        )

    run(work())


@app.command("revoke")
def revoke_token(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The token's name or id.")],
) -> None:
    """End a token: programs that show it are refused."""

    async def work() -> None:
        async with opened(context) as tapster:
            token = await tapster.tokens.revoke(name)
        note(f"Revoked {token.name!r}.")

    run(work())
