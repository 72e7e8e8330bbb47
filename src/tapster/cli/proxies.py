"""`tapster proxies`: addresses that stand in for a source's own."""

from typing import Annotated

import typer

from tapster.cli._asking import confirm, read_key
from tapster.cli._desk import desk
from tapster.cli._help import Commands
from tapster.cli._tables import show_json, show_table
from tapster.cli._terminal import note, opened, run

app = typer.Typer(
    cls=Commands,
    help="Proxy presets: an address and password that stand in for any source's endpoint.",
    no_args_is_help=True,
)


@app.command("list")
def list_proxies(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """List every proxy preset."""

    async def work() -> None:
        async with opened(context) as tapster:
            proxies = await tapster.proxies.all()
        if as_json:
            show_json(proxies)
            return
        show_table(
            ("NAME", "URL"),
            ((proxy.name, proxy.url) for proxy in proxies),
            empty="There is no proxy preset. Make one: tapster proxies add NAME --url URL",
        )

    run(work())


@app.command("add")
def add_proxy(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What to call it.")],
    *,
    url: Annotated[str, typer.Option(help="Proxy server URL, usually ending in /v1.")],
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the proxy password from standard input.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Save a proxy preset. Whoever runs the proxy can read everything you send through it."""
    from tapster.app.drafts import accept_endpoint

    accept_endpoint(url)
    password = read_key("Proxy password", from_stdin=True) if password_stdin else None

    async def work() -> None:
        async with opened(context) as tapster:
            proxy = await tapster.proxies.add(name, url, password)
        if as_json:
            show_json(proxy)
        else:
            note(
                f"Saved {proxy.name!r}. Use it: tapster connections add NAME --source ID "
                f"--proxy {proxy.name!r}"
            )

    run(work())


@app.command("edit")
def edit_proxy(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The preset's name.")],
    *,
    url: Annotated[
        str | None, typer.Option(help="Proxy server URL, usually ending in /v1.")
    ] = None,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the proxy password from standard input.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Change the address or the password. A password is not sent to another host than before."""
    password = read_key("Proxy password", from_stdin=True) if password_stdin else None

    async def work() -> None:
        async with opened(context) as tapster:
            edited = await tapster.proxies.edit(name, url=url, password=password)
        for key in edited.detached:
            note(
                f"The password …{key.last4} was entered for {key.origin} and is detached: enter "
                f"it again with: tapster proxies edit {edited.proxy.name!r} --password-stdin"
            )
        if as_json:
            show_json(edited.proxy)
        else:
            note(f"Changed {edited.proxy.name!r}.")

    run(work())


@app.command("remove")
def remove_proxy(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The preset's name.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
) -> None:
    """Remove a proxy preset and its password."""
    with desk(context) as open_desk:
        if not yes and not confirm(
            f"Remove the proxy preset {name!r} and its password?", otherwise="say --yes."
        ):
            note("Nothing was removed.")
            raise typer.Exit(130)
        removed = open_desk.do(open_desk.tapster.proxies.remove(name))
    note(f"Removed {removed.name!r}.")
