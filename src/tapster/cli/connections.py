"""`tapster connections`: saved ways to providers."""

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec import UNSET

from tapster.cli._asking import confirm, read_key
from tapster.cli._desk import desk
from tapster.cli._help import Commands
from tapster.cli._tables import show_json, show_table
from tapster.cli._terminal import note, one_line, opened, run
from tapster.core.checks import Check, State, Tried
from tapster.core.errors import InvalidInput

if TYPE_CHECKING:
    from tapster.app import Draft, Tapster
    from tapster.app.connection_files import ConnectionFile
    from tapster.core.connections import Connection

app = typer.Typer(cls=Commands, help="Saved ways to providers.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="NAME", help="The connection's name.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Endpoint = Annotated[str | None, typer.Option(help="Base URL instead of the source's own.")]
Model = Annotated[str | None, typer.Option(help="Model id to use where none is named.")]
ProxyName = Annotated[str | None, typer.Option("--proxy", help="Name of a proxy preset.")]
Bypass = Annotated[
    bool | None,
    typer.Option(
        "--bypass-status-check/--status-check", help="Never ask the endpoint how it stands."
    ),
]
External = Annotated[
    bool | None,
    typer.Option(
        "--show-external/--hide-external", help="List models only the endpoint knows, too."
    ),
]
Headers = Annotated[
    list[str] | None, typer.Option("--header", help="Extra header 'Name: value'; repeatable.")
]
Include = Annotated[
    str | None, typer.Option("--include-body", help="Body fields to send along, in YAML.")
]
Exclude = Annotated[
    str | None, typer.Option("--exclude-body", help="Names of body fields not to send, in YAML.")
]
Processing = Annotated[
    str | None,
    typer.Option(
        "--post-processing",
        metavar="MODE",
        help="Reshape messages for strict endpoints: none, merge, semi, strict, each also as "
        "merge_tools and so on, or single.",
    ),
]
Options = Annotated[
    list[str] | None,
    typer.Option(
        "--option",
        help="NAME=VALUE, or NAME= to unset it; see `tapster sources show ID`. Repeatable.",
    ),
]
Timeout = Annotated[
    float | None, typer.Option("--timeout", help="Seconds of silence before giving up.")
]
Outbound = Annotated[
    str | None, typer.Option("--outbound-proxy", help="http:// or socks5:// proxy to go through.")
]
Tls = Annotated[
    bool | None, typer.Option("--verify-tls/--insecure-tls", help="Check certificates.")
]
Notes = Annotated[str | None, typer.Option(help="A note to yourself.")]


@app.command("list")
def list_connections(context: typer.Context, *, as_json: Json = False) -> None:
    """List every connection, saved and ready-made."""

    async def work() -> None:
        async with opened(context) as tapster:
            every = await tapster.connections.all()
            described = [await _described(tapster, each) for each in every]
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


@app.command("show")
def show_connection(context: typer.Context, name: Name, *, as_json: Json = False) -> None:
    """Show one connection; its keys only by their last four characters."""

    async def work() -> None:
        async with opened(context) as tapster:
            described = await _described(tapster, await tapster.connections.find(name))
        if as_json:
            show_json(described)
            return
        for field, value in described.items():
            if words := one_line(_plain(value)):
                print(f"{field.replace('_', ' '):21}{words}")

    run(work())


@app.command("add")
def add_connection(
    context: typer.Context,
    name: Name,
    *,
    source: Annotated[str, typer.Option(help="Source id, from `tapster sources`.")],
    endpoint: Endpoint = None,
    model: Model = None,
    proxy: ProxyName = None,
    bypass_status_check: Bypass = None,
    show_external: External = None,
    headers: Headers = None,
    include_body: Include = None,
    exclude_body: Exclude = None,
    post_processing: Processing = None,
    options: Options = None,
    timeout: Timeout = None,
    outbound_proxy: Outbound = None,
    verify_tls: Tls = None,
    notes: Notes = None,
    key_stdin: Annotated[
        bool, typer.Option("--key-stdin", help="Read the key from standard input.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Save a connection. Nobody is asked; check it with `tapster connections check`."""
    draft = _draft(
        endpoint=endpoint,
        model=model,
        proxy=proxy,
        bypass_status_check=bypass_status_check,
        show_external=show_external,
        headers=headers,
        include_body=include_body,
        exclude_body=exclude_body,
        post_processing=post_processing,
        options=options,
        timeout=timeout,
        outbound_proxy=outbound_proxy,
        verify_tls=verify_tls,
        notes=notes,
    )
    key = read_key("Key", from_stdin=True) if key_stdin else None

    async def work() -> None:
        async with opened(context) as tapster:
            connection = await tapster.connections.add(name, source, draft, key)
            described = await _described(tapster, connection)
        if as_json:
            show_json(described)
        else:
            note(
                f"Saved {connection.name!r}. Check it: tapster connections check "
                f"{connection.slug}   Chat: tapster chat -c {connection.slug}"
            )

    run(work())


@app.command("edit")
def edit_connection(
    context: typer.Context,
    name: Name,
    *,
    rename: Annotated[str | None, typer.Option(help="New name.")] = None,
    endpoint: Endpoint = None,
    own_endpoint: Annotated[
        bool, typer.Option("--own-endpoint", help="Back to the source's own endpoint.")
    ] = False,
    model: Model = None,
    proxy: ProxyName = None,
    no_proxy: Annotated[bool, typer.Option("--no-proxy", help="Without proxy preset.")] = False,
    bypass_status_check: Bypass = None,
    show_external: External = None,
    headers: Headers = None,
    include_body: Include = None,
    exclude_body: Exclude = None,
    post_processing: Processing = None,
    options: Options = None,
    timeout: Timeout = None,
    outbound_proxy: Outbound = None,
    verify_tls: Tls = None,
    notes: Notes = None,
    as_json: Json = False,
) -> None:
    """Change a saved connection. What is not named stays as it is."""
    draft = _draft(
        endpoint=endpoint,
        model=model,
        proxy=proxy,
        bypass_status_check=bypass_status_check,
        show_external=show_external,
        headers=headers,
        include_body=include_body,
        exclude_body=exclude_body,
        post_processing=post_processing,
        options=options,
        timeout=timeout,
        outbound_proxy=outbound_proxy,
        verify_tls=verify_tls,
        notes=notes,
    )
    if rename is not None:
        draft.name = rename
    if own_endpoint:
        draft.endpoint = None
    if no_proxy:
        draft.proxy = None

    async def work() -> None:
        async with opened(context) as tapster:
            edited = await tapster.connections.edit(name, draft)
            described = await _described(tapster, edited.connection)
        for key in edited.detached:
            note(
                f"The key …{key.last4} was entered for {key.origin} and is detached: enter it "
                f"again for the new address with tapster keys set {edited.connection.slug}"
            )
        if as_json:
            show_json(described)
        else:
            note(f"Changed {edited.connection.name!r}.")

    run(work())


@app.command("duplicate")
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


@app.command("export")
def export_connections(context: typer.Context) -> None:
    """Print every saved connection and proxy preset as JSON, without any key."""

    async def work() -> None:
        async with opened(context) as tapster:
            file = await tapster.connection_files.write()
        show_json(file)
        for each in file.connections:
            if each.left_out:
                note(f"Left out of {each.name!r}, for it is a secret: {', '.join(each.left_out)}.")

    run(work())


@app.command("import")
def import_connections(
    context: typer.Context,
    file: Annotated[
        str,
        typer.Argument(metavar="FILE", help="What `export` printed; - reads standard input."),
    ],
    *,
    as_json: Json = False,
) -> None:
    """Add the connections and proxy presets of a file. Their keys are entered anew."""
    carried = _read_file(file)

    async def work() -> None:
        async with opened(context) as tapster:
            taken = await tapster.connection_files.take_in(carried)
        if as_json:
            show_json(taken)
            return
        for name in (each.name for each in taken.proxies):
            note(f"Added the proxy preset {name!r}.")
        for name in (each.name for each in taken.added):
            note(f"Added {name!r}.")
        for renamed in taken.renamed:
            note(f"{renamed.before!r} is called {renamed.after!r} here: that name was taken.")
        for skipped in taken.skipped:
            note(f"Passed over {skipped.name!r}: {skipped.why}")

    run(work())


@app.command("remove")
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


@app.command("check")
def check_connection(
    context: typer.Context,
    name: Name,
    *,
    wait: Annotated[
        bool, typer.Option("--wait", help="While the key is too new, check again until it works.")
    ] = False,
    message: Annotated[
        bool, typer.Option("--message", help="Also send a test message to the model.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Ask the endpoint how it stands; exit code 1 unless it is ready (or bypassed)."""

    async def work() -> int:
        async with opened(context) as tapster:
            if wait:
                async for check in tapster.connections.check_until_active(name):
                    if check.state is State.KEY_NOT_ACTIVE_YET:
                        note(check.message)
            else:
                check = await tapster.connections.check(name)
            trial = await tapster.connections.try_out(name) if message and _good(check) else None
        check = _without_keys(check)
        if as_json:
            show_json({**_check_fields(check), **({"test": trial} if trial else {})})
        else:
            print(f"{_mark(check)} {one_line(check.message)}")
            for each in check.tried if len(check.tried) > 1 else ():
                print(f"    tried {one_line(each.url)}: {_outcome(each, check)}")
            if trial:
                model = one_line(trial.model or "the model")
                print(f"    {model} said in {trial.latency} ms: {one_line(trial.first_words)}")
        return 0 if _good(check) else 1

    if code := run(work()):
        raise typer.Exit(code)


def _read_file(file: str) -> "ConnectionFile":
    from pathlib import Path

    from msgspec import DecodeError, json

    from tapster.app.connection_files import ConnectionFile

    try:
        content = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from error
    try:
        return json.decode(content, type=ConnectionFile)
    except (DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InvalidInput(
            f"{file} is no file of connections ({error}): write one with `tapster connections "
            "export`."
        ) from error


def _without_keys(check: Check) -> Check:
    """Return `check` with no key in the query of any address it names."""
    from msgspec.structs import replace

    from tapster.core.redaction import redact_shapes

    return replace(
        check,
        message=redact_shapes(check.message),
        tried=tuple(replace(each, url=redact_shapes(each.url)) for each in check.tried),
        endpoint=redact_shapes(check.endpoint or "") or None,
    )


def _good(check: Check) -> bool:
    return check.state in {State.READY, State.BYPASSED, State.UNVERIFIED}


def _outcome(tried: Tried, check: Check) -> str:
    """Return what an address said, in short where the check's own sentence says it in full."""
    if tried.outcome and tried.outcome in check.message:
        return f"the same, status {tried.status}" if tried.status else "the same"
    return one_line(tried.outcome)


def _mark(check: Check) -> str:
    return "✓" if check.state is State.READY else "•" if _good(check) else "✗"


def _check_fields(check: Check) -> dict[str, Any]:
    return {
        "state": check.state,
        "message": check.message,
        "latency": check.latency,
        "models": check.models,
        "tried": check.tried,
        "endpoint": check.endpoint,
        "words": check.words,
        "status": check.status,
    }


def _draft(
    *,
    headers: list[str] | None,
    include_body: str | None,
    exclude_body: str | None,
    options: list[str] | None,
    timeout: float | None,
    **plain: Any,
) -> "Draft":
    from tapster.app import Draft
    from tapster.app.drafts import accept_excluded_body, accept_headers, accept_included_body
    from tapster.core.links import Timeouts

    if timeout is not None and not 0 < timeout <= 86400:
        raise InvalidInput("The timeout is between 0 and 86,400 seconds.", field="timeout")
    return Draft(
        **{name: UNSET if value is None else value for name, value in plain.items()},
        headers=UNSET if headers is None else accept_headers(headers),
        include_body=UNSET if include_body is None else accept_included_body(include_body),
        exclude_body=UNSET if exclude_body is None else accept_excluded_body(exclude_body),
        options=UNSET if options is None else _pairs(options),
        timeouts=UNSET if timeout is None else Timeouts(idle=timeout),
    )


def _pairs(options: list[str]) -> dict[str, str | None]:
    """Return options by name; one with nothing after the `=` is to be unset."""
    pairs: dict[str, str | None] = {}
    for option in options:
        name, equals, value = option.partition("=")
        if not equals:
            raise InvalidInput(
                f"An option is written NAME=VALUE; {option[:40]!r} is not.", field="options"
            )
        pairs[name.strip()] = value or None
    return pairs


async def _described(tapster: "Tapster", connection: "Connection") -> dict[str, Any]:
    from tapster.core.redaction import SHOWN, is_secret_name, redact_shapes

    proxies = {proxy.id: proxy.name for proxy in await tapster.proxies.all()}
    keys = [
        f"…{key.last4}" + (" (detached)" if key.state == "detached" else "")
        for key in await tapster.keys.of(connection)
    ]
    origin = "saved"
    if connection.ready_made:
        origin = connection.environment or "built in"
    return {
        "id": connection.id,
        "name": connection.name,
        "slug": connection.slug,
        "source": connection.source,
        "endpoint": redact_shapes(connection.endpoint or "") or None,
        "proxy": proxies.get(connection.proxy or ""),
        "model": connection.model,
        "keys": keys,
        "api_type": connection.api_type,
        "bypass_status_check": connection.bypass_status_check,
        "show_external": connection.show_external,
        "headers": {
            name: SHOWN if is_secret_name(name) else redact_shapes(value)
            for name, value in connection.headers.items()
        },
        "include_body": connection.include_body,
        "exclude_body": connection.exclude_body,
        "post_processing": connection.post_processing,
        "options": connection.options,
        "outbound_proxy": redact_shapes(connection.outbound_proxy or "") or None,
        "verify_tls": connection.verify_tls,
        "notes": connection.notes,
        "origin": origin,
    }


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name}={inner}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
