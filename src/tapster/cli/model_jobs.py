"""`tapster models load`, `unload` and `pull`: what a server of one's own does with its models."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from tapster.cli._terminal import clear_line, complain, note, one_line, opened, run

if TYPE_CHECKING:
    from tapster.app import Tapster
    from tapster.core.model_jobs import Deed, ModelJob, Progress

Model = Annotated[str, typer.Argument(metavar="MODEL", help="The model, as its server calls it.")]
At = Annotated[
    str | None,
    typer.Option(
        "--connection",
        "-c",
        metavar="CONNECTION",
        help="Where; the connection used last if absent.",
    ),
]

_DOING: "dict[Deed, str]" = {"load": "Loading", "unload": "Unloading", "download": "Downloading"}
_DONE: "dict[Deed, str]" = {"load": "Loaded", "unload": "Unloaded", "download": "Downloaded"}
# Percent from one plain line to the next.
_STEP = 10


def load_model(
    context: typer.Context,
    model: Model,
    *,
    connection: At = None,
    options: Annotated[
        list[str] | None,
        typer.Option(
            "--option", metavar="NAME=VALUE", help="How to load it, such as the context length."
        ),
    ] = None,
) -> None:
    """Have a server load a model into memory. Ctrl-C gives up."""
    from tapster.cli.connection_drafts import pairs

    given = {name: value for name, value in pairs(options or []).items() if value is not None}
    run(_work(context, "load", model, connection, given))


def unload_model(context: typer.Context, model: Model, *, connection: At = None) -> None:
    """Have a server unload a model from memory."""
    run(_work(context, "unload", model, connection, {}))


def pull_model(context: typer.Context, model: Model, *, connection: At = None) -> None:
    """Have a server download a model. Ctrl-C stops it, where the server can be stopped."""
    run(_work(context, "download", model, connection, {}))


async def _work(
    context: typer.Context, deed: "Deed", model: str, at: str | None, options: dict[str, str]
) -> None:
    """Begin a job, show how far it is, and leave with 1 where it fails."""
    import asyncio

    async with opened(context) as tapster:
        connections = tapster.connections
        there = await (connections.find(at) if at else connections.usual(without_page=True))
        job = await tapster.model_jobs.start(there.slug, deed, model, options)
        line = _Line(f"{_DOING[deed]} {one_line(job.model)}")
        try:
            async for now in tapster.model_jobs.follow(job.id):
                job = now
                line.show(job.progress)
        except asyncio.CancelledError:
            line.go_away()
            await _give_up(tapster, job)
            raise
        line.go_away()
    if job.state != "done":
        raise typer.Exit(complain(job.message or "It was stopped.", 1))
    note(f"{_DONE[deed]} {one_line(job.model)}.")


async def _give_up(tapster: "Tapster", job: "ModelJob") -> None:
    stopped = await tapster.model_jobs.stop(job.id)
    note(stopped.message or "Stopped.")


class _Line:
    """How far a job is, on standard error: one line that changes, or plain ones for a file."""

    def __init__(self, doing: str) -> None:
        self._doing = doing
        self._is_terminal = sys.stderr.isatty()
        self._shown = ""
        self._step: tuple[str | None, int] | None = None

    def show(self, progress: "Progress") -> None:
        """Show `progress`, if there is anything new to it."""
        line = f"{self._doing} … {_told(progress)}".rstrip()
        if line == self._shown:
            return
        if self._is_terminal:
            clear_line()
            sys.stderr.write(line[: _columns() - 1])
            sys.stderr.flush()
        elif (step := _step_of(progress)) != self._step:
            self._step = step
            note(line)
        self._shown = line

    def go_away(self) -> None:
        """Clear the line that changes."""
        if self._is_terminal and self._shown:
            clear_line()


def _columns() -> int:
    import shutil

    return shutil.get_terminal_size().columns


def _step_of(progress: "Progress") -> tuple[str | None, int]:
    return progress.said, (_percent(progress) or 0) // _STEP


def _percent(progress: "Progress") -> int | None:
    if progress.done is None or not progress.total:
        return None
    return min(100, 100 * progress.done // progress.total)


def _told(progress: "Progress") -> str:
    """Return how far it is in words: a share, what of what, and the server's own word."""
    percent = _percent(progress)
    said = [] if percent is None else [f"{percent} %"]
    if percent is not None and progress.unit == "bytes":
        said.append(f"of {(progress.total or 0) / 1e9:.1f} GB")
    if percent is not None and progress.unit == "parts":
        said.append(f"({progress.done} of {progress.total})")
    if progress.said:
        said.append(one_line(progress.said))
    return " ".join(said)
