"""`tapster servers`: which of the servers people run themselves are here, and what is where."""

from typing import Annotated

import typer

from tapster.cli._asking import read_key
from tapster.cli._connections_shown import Json
from tapster.cli._help import Commands
from tapster.cli._servers_shown import described, named
from tapster.cli._tables import show_json, show_table
from tapster.cli._terminal import note, one_line, opened, run

app = typer.Typer(
    cls=Commands,
    help="Servers you run yourself: find them, and see which stands at an address.",
    no_args_is_help=True,
)


@app.command("find")
def find_servers(
    context: typer.Context,
    host: Annotated[
        str | None,
        typer.Argument(metavar="[HOST]", help="Where to look; without one, on this machine."),
    ] = None,
    *,
    ports: Annotated[
        list[int] | None,
        typer.Option("--port", help="A port to ask instead of the usual ones; repeatable."),
    ] = None,
    as_json: Json = False,
) -> None:
    """Look for servers at their usual ports. Nobody beyond this machine is asked unasked."""

    async def work() -> None:
        async with opened(context) as tapster:
            found = await tapster.servers.find(host, ports or ())
        if as_json:
            show_json(found)
            return
        asked = ", ".join(map(str, found.ports))
        show_table(
            ("ADDRESS", "SERVER", "LOADED", "CONTEXT", "STATE"),
            (
                (
                    server.address,
                    named(server),
                    ", ".join(model.id for model in server.loaded),
                    f"{server.context:,}" if server.context else "",
                    server.sight.value.replace("_", " "),
                )
                for server in found.servers
            ),
            empty=f"No server for models answers at the ports {asked}. Start it, or look at its "
            "address: tapster servers show ADDRESS",
        )
        if found.servers and found.servers[0].source:
            first = found.servers[0]
            note(
                f"Connect one: tapster connections add NAME --source {first.source} "
                f"--endpoint {first.address}"
            )
        if found.note:
            note(found.note)

    run(work())


@app.command("show")
def show_server(
    context: typer.Context,
    address: Annotated[str, typer.Argument(metavar="ADDRESS", help="The server's address.")],
    *,
    key_stdin: Annotated[
        bool, typer.Option("--key-stdin", help="Read a key to show from standard input.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Say which server stands at an address; exit code 1 where there is none."""
    key = read_key("Key", from_stdin=True) if key_stdin else None

    async def work() -> int:
        async with opened(context) as tapster:
            server = await tapster.servers.look(address, key)
        if as_json:
            show_json(server)
        else:
            print(one_line(server.message))
            for line in described(server) if server.is_found else ():
                print(f"    {line}")
            if others := [model.id for model in server.models if not model.loaded]:
                print(f"    {'also lists':14}{one_line(', '.join(others))}")
        return 0 if server.is_found else 1

    if code := run(work()):
        raise typer.Exit(code)
