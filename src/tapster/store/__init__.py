"""What is kept: tables and queries, on SQLite and PostgreSQL."""

from tapster.store.rows import Rows
from tapster.store.store import Store

__all__ = ["Rows", "Store"]
