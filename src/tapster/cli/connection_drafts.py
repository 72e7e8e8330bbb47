"""`tapster connections add` and `edit`: what can be set of a connection, each as an option."""

from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec import UNSET

from tapster.cli._asking import read_key
from tapster.cli._connections_shown import Json, Name, describe
from tapster.cli._tables import show_json
from tapster.cli._terminal import note, opened, run
from tapster.core.errors import InvalidInput

if TYPE_CHECKING:
    from tapster.app import Draft
    from tapster.app.connections import Edited

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
            described = await describe(tapster, connection)
        if as_json:
            show_json(described)
        else:
            note(
                f"Saved {connection.name!r}. Check it: tapster connections check "
                f"{connection.slug}   Chat: tapster chat -c {connection.slug}"
            )

    run(work())


def edit_connection(
    context: typer.Context,
    name: Name,
    *,
    rename: Annotated[str | None, typer.Option(help="New name.")] = None,
    source: Annotated[
        str | None,
        typer.Option(help="Another source for the same address: key and model stay."),
    ] = None,
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
        name=rename,
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
    if own_endpoint:
        draft.endpoint = None
    if no_proxy:
        draft.proxy = None

    async def work() -> None:
        async with opened(context) as tapster:
            edited = await tapster.connections.edit(name, draft, source=source)
            described = await describe(tapster, edited.connection)
        _note_detached(edited)
        if as_json:
            show_json(described)
        else:
            note(f"Changed {edited.connection.name!r}.")

    run(work())


def _note_detached(edited: "Edited") -> None:
    """Say which keys lead nowhere any more, and the way out."""
    for key in edited.detached:
        note(
            f"The key …{key.last4} was entered for {key.origin} and is detached: enter it "
            f"again for the new address with tapster keys set {edited.connection.slug}"
        )


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
        options=UNSET if options is None else pairs(options),
        timeouts=UNSET if timeout is None else Timeouts(idle=timeout),
    )


def pairs(options: list[str]) -> dict[str, str | None]:
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
