"""A saved connection that turns out to lead to another kind of server than was thought."""

from msgspec.structs import replace

from tapster.core.connections import Connection
from tapster.core.errors import InvalidInput
from tapster.sources import Source


def switched(connection: Connection, source: Source, *, before: Source, address: str) -> Connection:
    """Return `connection` as one of `source`: it leads where it led, and asks for the same model.

    `address` is that of the source `before`, to which it leads where it names none. Options stay
    that both sources have. Keys are bound to the address, so they stay as well.
    """
    if any(each.built_in or each.ability for each in (source, before)):
        raise InvalidInput(
            f"A connection to {before.title} cannot become one to {source.title}: make a new one.",
            field="source",
        )
    known = {option.name: option for option in before.options}
    both = {option.name for option in source.options if known.get(option.name) == option}
    # What a proxy preset stands in for is not asked.
    endpoint = connection.endpoint or (None if connection.proxy else address)
    return replace(
        connection,
        source=source.id,
        endpoint=None if endpoint == source.base_url else endpoint,
        options={name: value for name, value in connection.options.items() if name in both},
    )
