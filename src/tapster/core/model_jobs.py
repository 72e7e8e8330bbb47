"""Models on a server of one's own: how each stands there, and what the server is asked to do."""

from typing import Literal

from msgspec import Struct

Deed = Literal["load", "unload", "download"]
ServedState = Literal["loaded", "unloaded", "loading", "sleeping", "downloading"]
JobState = Literal["running", "done", "failed", "stopped"]
Unit = Literal["bytes", "parts", "percent"]

DEEDS: tuple[Deed, ...] = ("load", "unload", "download")


class Progress(Struct, frozen=True, omit_defaults=True):
    """How far a server is: `done` of `total` in `unit`, where it counts, and its own word for it.

    A file or a part of the model comes after another, and each may be counted from nothing.
    """

    said: str | None = None
    done: int | None = None
    total: int | None = None
    unit: Unit = "bytes"


class ServedModel(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A model as its server tells of it; what is absent the server does not say.

    `size` is in bytes, `context` the tokens it is loaded with, `expires_at` when the server
    unloads it by itself (seconds since the epoch). `progress` is of a loading or a download that
    somebody else asked for.
    """

    id: str
    state: ServedState | None = None
    size: int | None = None
    context: int | None = None
    expires_at: float | None = None
    progress: Progress | None = None


class ModelJob(Struct, frozen=True, kw_only=True):
    """Something a server does with a model because it was asked to, from asking to its end.

    `message` says why it failed, or what there is to know of its end. Times are seconds since
    the epoch.
    """

    id: str
    connection: str
    deed: Deed
    model: str
    state: JobState = "running"
    progress: Progress = Progress()
    message: str | None = None
    started_at: float = 0.0
    ended_at: float | None = None
