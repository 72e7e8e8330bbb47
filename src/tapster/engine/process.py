"""The near end of the process a model lives in: started, spoken to, ended."""

import asyncio
import contextlib
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import msgspec
from msgspec import Struct

from tapster.core.errors import EngineError
from tapster.engine.logs import lines_of, loading_error, template_error
from tapster.engine.progress import Progress, Report
from tapster.engine.slots import Slots
from tapster.engine.weights import Weights

COMMAND = (sys.executable, "-P", "-m", "tapster.engine.llama")
MISSING = (
    "The library that runs models inside Tapster is not installed: install it with "
    "`pip install 'tapster[local]'`, or use a connection to another source."
)
_LINE = 1 << 26
# Seconds, and bytes a second.
_START, _SLOWEST = 120.0, 10_000_000
_SECRETS = ("KEY", "TOKEN", "SECRET", "PASS", "CREDENTIAL")


class Said(Struct, frozen=True):
    """One line from the process: its kind (`chunk`, `error`, `tokens`) and its JSON."""

    kind: str
    data: bytes


class Plan(Struct, frozen=True):
    """How a model is loaded: `context` in tokens for each of `slots` chats at once."""

    slots: int
    context: int
    threads: int


class Conversation:
    """What the process says to one request, in order."""

    def __init__(self) -> None:
        self._said: list[Said] = []
        self._news = asyncio.Event()
        self.ended = False

    def add(self, said: Said) -> None:
        """Take in one line."""
        if said.kind == "end":
            self.ended = True
        else:
            self._said.append(said)
        self._news.set()

    async def next(self) -> list[Said]:
        """Return all that came since the last call, waiting for it; nothing at the end."""
        while not self._said and not self.ended:
            self._news.clear()
            await self._news.wait()
        said, self._said = self._said, []
        return said


class ModelProcess:
    """A model loaded in a process of its own. Made by `open_model`."""

    def __init__(
        self,
        weights: Weights,
        plan: Plan,
        process: asyncio.subprocess.Process,
        folder: tempfile.TemporaryDirectory[str],
    ) -> None:
        self.weights = weights
        self.plan = plan
        self.slots = Slots(plan.slots)
        self._process = process
        self._folder = folder
        self._numbers = count(1)
        self._conversations: dict[int, Conversation] = {0: Conversation()}
        self._reader = asyncio.create_task(self._read())

    @property
    def alive(self) -> bool:
        """Whether it can be asked."""
        return not self._reader.done() and self._process.returncode is None

    @property
    def working(self) -> bool:
        """Whether it is at work on a request, or has not yet ended one that was stopped."""
        return any(self._conversations)

    @property
    def pid(self) -> int:
        """The number the system knows the process by."""
        return self._process.pid

    @asynccontextmanager
    async def ask(self, verb: str, body: Mapping[str, object]) -> AsyncIterator[Conversation]:
        """Send a request and yield what comes back. Leaving early stops the work on it."""
        number = next(self._numbers)
        conversation = self._conversations[number] = Conversation()
        try:
            self._write(number, verb, msgspec.json.encode(body))
            yield conversation
        finally:
            if not conversation.ended and self.alive:
                self._write(number, "stop", b"{}")

    async def ready(self, report: Report, *, patience: float) -> None:
        """Wait until the model is loaded, reporting twice a second; raise `EngineError`.

        It does not wait longer than `patience` seconds: a chat template may have no end.
        """
        began = time.monotonic()
        greeting = asyncio.ensure_future(self._conversations[0].next())
        try:
            while not greeting.done():
                waited = time.monotonic() - began
                if waited > patience:
                    raise EngineError(_endless(self.weights, patience))
                report(Progress("loading", self.weights.id, waited))
                await asyncio.wait({greeting}, timeout=0.5)
            said = greeting.result()
        finally:
            greeting.cancel()
        if not said or said[0].kind != "ready":
            raise EngineError(self._why(said))
        report(Progress("ready", self.weights.id, time.monotonic() - began))

    async def close(self) -> None:
        """End the process at once, whatever it does, and give all it had back."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        await self._reader
        assert self._process.stdin is not None  # noqa: S101  # it was started with a pipe
        self._process.stdin.close()
        self._folder.cleanup()

    def order(self) -> None:
        """Tell the process which model it is for."""
        order = msgspec.structs.asdict(self.plan) | {
            "path": str(self.weights.path),
            "id": self.weights.id,
            "folder": self._folder.name,
        }
        self._write(0, "load", msgspec.json.encode(order))

    def _write(self, number: int, verb: str, payload: bytes) -> None:
        assert self._process.stdin is not None  # noqa: S101  # it was started with a pipe
        self._process.stdin.write(b"%d %s %s\n" % (number, verb.encode(), payload))

    async def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101  # it was started with a pipe
        try:
            async for line in self._process.stdout:
                number, kind, data = line.rstrip(b"\n").split(b" ", 2)
                self._conversations[int(number)].add(Said(kind.decode(), data))
                if kind == b"end":
                    del self._conversations[int(number)]
        finally:
            for conversation in self._conversations.values():
                if not conversation.ended:
                    conversation.add(_DIED)
                    conversation.add(Said("end", b""))

    def _why(self, said: list[Said]) -> str:
        lines = lines_of(Path(self._folder.name) / "log")
        words = loading_error(lines)
        if said and said[0] is not _DIED:
            told = msgspec.json.decode(said[0].data)
            if told.get("missing"):
                return MISSING
            words = words or str(told.get("message"))
        if broken := template_error(lines):
            return (
                f"The chat template in {self.weights.path.name} is broken ({broken}), so the "
                f"model {self.weights.id!r} cannot be spoken with. Choose another model, or "
                "another file of this one."
            )
        return (
            f"The model {self.weights.id!r} could not be loaded"
            f"{f' ({words})' if words else ''}. The file {self.weights.path.name} is damaged or "
            "of a kind that this llama.cpp does not know: fetch it again, or choose another model."
        )


_DIED = Said(
    "error",
    b'{"error":{"code":500,"message":"The model stopped unexpectedly. Ask again: it is loaded '
    b'anew.","type":"server_error"}}',
)


def loading_time(weights: Weights) -> float:
    """Return the seconds `weights` may take to load, from the slowest disk."""
    return _START + weights.size / _SLOWEST


def _endless(weights: Weights, patience: float) -> str:
    return (
        f"The model {weights.id!r} was not loaded within {patience:,.0f} seconds. The chat "
        f"template in {weights.path.name} may have no end, or the disk is very slow: choose "
        "another model, or another file of this one."
    )


async def open_model(
    weights: Weights,
    plan: Plan,
    report: Report,
    *,
    command: tuple[str, ...] = COMMAND,
    patience: float | None = None,
) -> ModelProcess:
    """Start a process with the model in it; raise `EngineError` if that cannot be.

    `patience` are the seconds it may take, by its size where nothing else is said.

    A failure or a cancellation leaves nothing running.
    """
    if command is COMMAND and find_spec("xllamacpp") is None:
        raise EngineError(MISSING)
    starting = asyncio.ensure_future(_start(weights, plan, command))
    try:
        model = await asyncio.shield(starting)
    except asyncio.CancelledError:
        await (await starting).close()
        raise
    try:
        model.order()
        await model.ready(report, patience=loading_time(weights) if patience is None else patience)
    except BaseException:
        await asyncio.shield(model.close())
        raise
    return model


async def _start(weights: Weights, plan: Plan, command: tuple[str, ...]) -> ModelProcess:
    folder = tempfile.TemporaryDirectory(prefix="tapster-", ignore_cleanup_errors=True)
    try:
        with (Path(folder.name) / "log").open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                limit=_LINE,
                env=child_environment(os.environ),
                # Control-C in the terminal is for us: we decide when the model stops.
                start_new_session=True,
            )
    except OSError as error:
        folder.cleanup()
        raise EngineError(
            f"The process for the embedded model could not be started ({error.strerror}): close "
            "other programs, or use a connection to another source."
        ) from error
    return ModelProcess(weights, plan, process, folder)


def child_environment(ours: Mapping[str, str]) -> dict[str, str]:
    """Return `ours` without what looks like a secret, and with our module path."""
    kept = {
        name: value
        for name, value in ours.items()
        if not any(word in name.upper() for word in _SECRETS)
    }
    # llama.cpp's threads wait for one another many times a word. Waiting busily is a sixth faster
    # on an idle machine, and many times slower as soon as anything else runs beside it.
    kept.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    kept["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    return kept
