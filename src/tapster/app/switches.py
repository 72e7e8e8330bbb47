"""A saved connection that turns out to lead to another kind of server than was thought."""

from msgspec.structs import replace

from tapster.core.connections import Connection
from tapster.core.errors import InvalidInput
from tapster.sources import Source


def switched(connection: Connection, source: Source, *, before: Source) -> Connection:
    """Return `connection` as one of `source`: it leads where it led, and asks for the same model.

    Options stay that both sources have. Keys are bound to the address, so they stay as well.
    """
    if source.id == before.id:
        return connection
    if source.built_in or before.built_in:
        raise InvalidInput(
            f"A connection to {before.title} cannot become one to {source.title}: make a new one.",
            field="source",
        )
    known = {option.name: option for option in before.options}
    both = {option.name for option in source.options if known.get(option.name) == option}
    endpoint = connection.endpoint
    if endpoint is None and connection.proxy is None:
        endpoint = before.base_url
    return replace(
        connection,
        source=source.id,
        endpoint=None if endpoint == source.base_url else endpoint,
        options={name: value for name, value in connection.options.items() if name in both},
    )
