"""The first words of a message, taken out of its parts by the database: long ones stay there."""

from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, func, select

from tapster.store.chat_tables import messages
from tapster.store.transactions import Transaction


def first_words(transaction: Transaction, most: int) -> ColumnElement[str]:
    """Return at most `most` signs of the first part that is text; of others, an empty text."""
    first, words = (messages.c.parts[0, name].as_string() for name in ("type", "text"))
    found = _on_sqlite() if transaction.is_sqlite else _on_postgresql()
    later = cast(found.limit(1).correlate(messages).scalar_subquery(), String)
    # Nearly always it is the first part: only of the other messages all parts are looked at.
    return func.substr(func.coalesce(case((first == "text", words), else_=later), ""), 1, most)


def _on_sqlite() -> Select[Any]:
    part = func.json_each(messages.c.parts).table_valued("key", "value", name="part")
    kind = func.json_extract(part.c.value, "$.type")
    words = func.json_extract(part.c.value, "$.text")
    return select(words).where(kind == "text").order_by(part.c.key)


def _on_postgresql() -> Select[Any]:
    each = func.json_array_elements(messages.c.parts)
    part = each.table_valued("value", with_ordinality="place", name="part").render_derived()
    kind, words = (part.c.value.op("->>")(name) for name in ("type", "text"))
    return select(words).where(kind == "text").order_by(part.c.place)
