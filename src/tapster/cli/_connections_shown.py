"""A connection on the command line: how it is named there, and how it is shown."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from tapster.app import Tapster
    from tapster.core.connections import Connection

Name = Annotated[str, typer.Argument(metavar="NAME", help="The connection's name.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


async def describe(tapster: "Tapster", connection: "Connection") -> dict[str, Any]:
    """Return what is shown of a connection, its secrets covered."""
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


def plain(value: object) -> str:
    """Return a value of it as a person reads it."""
    if isinstance(value, dict):
        return ", ".join(f"{name}={inner}" for name, inner in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
