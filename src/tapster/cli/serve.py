"""`tapster serve`."""

import ipaddress
import os
import shutil
import socket
import sys
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from tapster.cli._terminal import config_of, note
from tapster.core.errors import InvalidInput

if TYPE_CHECKING:
    from tapster.app import Config
    from tapster.server import Place


def serve(
    context: typer.Context,
    host: Annotated[str | None, typer.Option(help="Address to listen on.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; 0 takes a free one.")] = None,
    workers: Annotated[
        int | None,
        typer.Option(help="Processes that serve; more than 1 need PostgreSQL and Redis."),
    ] = None,
) -> None:
    """Serve the gateway until Ctrl-C."""
    from tapster.cli._logging import keep_log
    from tapster.server import address_of, listen, run_server

    config = config_of(context, host=host, port=port, workers=workers)

    def words(address: str) -> str:
        return words_of(config, address, program=_own_name())

    if place := _place():
        keep_log(config, serving=True)
        line = place.line

        def answers(_: str) -> None:
            line.send(b"r")

        run_server(config, started=answers, place=place)
        return
    if config.workers == 1:
        keep_log(config, serving=True)
        run_server(config, started=lambda address: note(words(address)))
        return

    from tapster.cli._supervisor import Plan, become_supervisor

    config.demand_shared_state()
    if sys.platform == "win32":
        raise InvalidInput(
            "More than one worker cannot be had on Windows: serve with one.", field="workers"
        )
    listening = listen(config)
    address = address_of(listening)
    become_supervisor(
        Plan(
            listening=listening.detach(),
            workers=config.workers,
            grace=config.shutdown_grace,
            words=sys.argv[1:],
            said=words(address),
        )
    )


def words_of(config: "Config", address: str, *, program: str) -> str:
    """Return what is said once the server listens at `address`."""
    address = _reached_at(address)
    base = (config.public_url or address).rstrip("/")
    words = (
        f"Tapster serves {address} (Ctrl-C stops it).\n"
        f"  In your browser:       open {base}\n"
        f'  In another terminal:   {program} chat "Say hello"\n'
        f"  A source of your own:  API Connections in the browser, or {program} connect\n"
        f"  For OpenAI clients:    base URL {base}/v1, and a token from "
        f"{program} tokens create my-app"
    )
    if config.network_mode and not base.startswith("https:"):
        words += (
            "\n  Passwords and tokens travel in clear here: put a proxy with TLS before it, and "
            "set TAPSTER_PUBLIC_URL to its https address."
        )
    return words


def _reached_at(address: str) -> str:
    """Return `address`, with one of this machine's own where it stands for all of them."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    try:
        if not ipaddress.ip_address(host).is_unspecified:
            return address
    except ValueError:
        return address
    kind, far = (socket.AF_INET6, "2001:db8::1") if ":" in host else (socket.AF_INET, "192.0.2.1")
    try:
        with socket.socket(kind, socket.SOCK_DGRAM) as asking:
            # Nothing is sent: this only finds out which address would be.
            asking.connect((far, 9))
            own = asking.getsockname()[0]
    except OSError:
        own = "127.0.0.1"
    return f"http://{f'[{own}]' if ':' in own else own}:{parts.port}"


def _place() -> "Place | None":
    """Return which worker this process is, if a supervisor started it."""
    from tapster.cli._supervisor import VARIABLE
    from tapster.server import Place

    given = os.environ.pop(VARIABLE, "").split(",")
    if len(given) != 3:
        return None
    number, listening, line = map(int, given)
    return Place(number, socket.socket(fileno=listening), socket.socket(fileno=line))


def _own_name() -> str:
    """Return how to call this program from the same folder in another terminal."""
    found = shutil.which("tapster")
    here = os.path.abspath(sys.argv[0])  # noqa: PTH100  # links are kept as they were typed
    if os.path.basename(here) != "tapster" or found == here:  # noqa: PTH119
        return "tapster"
    return os.path.relpath(here)
