"""The id of the request a task works for, as the log and the answer's header tell it."""

from contextvars import ContextVar

REQUEST_ID: ContextVar[str] = ContextVar("REQUEST_ID", default="")
