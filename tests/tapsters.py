"""A Tapster over a fresh folder, as the tests of several floors open it."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tapster.app import Config, Draft, Tapster
from tapster.core.connections import Connection
from tapster.core.events import Event, ReasoningDelta, TextDelta
from tapster.core.links import Timeouts
from tapster.core.secrets import Secret
from tapster.relay import Patience
from tapster.vault import Passwords
from tapster.vault.masters import Cost

# Quick enough for a test, and still in the same order as the real waits; a count is waited for on
# the slowest machine.
QUICK = Patience(
    first_wait=0.01, longest_wait=0.02, longest_asked=0.1, recheck_every=0.05, count=10.0
)

# What one guess costs in a test: next to nothing.
CHEAP = Cost(passes=1, memory=8, lanes=1)


def config_in(folder: Path, **more: Any) -> Config:
    """Return a configuration whose folders are both in `folder`."""
    return Config(data_dir=folder / "data", config_dir=folder / "config", vault_key="file", **more)


@asynccontextmanager
async def open_tapster(folder: Path, **more: Any) -> AsyncIterator[Tapster]:
    """Open a Tapster that sees no environment but the one in `more`."""
    more = {"environment": {}, "patience": QUICK, "config": config_in(folder)} | more
    more.setdefault("passwords", Passwords(CHEAP))
    async with Tapster.open(**more) as tapster:
        yield tapster


async def add(
    tapster: Tapster,
    source: str,
    endpoint: str | None,
    key: str | None = "sk-good-0123456789",
    **draft: Any,
) -> Connection:
    """Save a connection called `here`."""
    draft.setdefault("timeouts", Timeouts(connect=5, idle=2, total=10))
    return await tapster.connections.add(
        "here", source, Draft(endpoint=endpoint, **draft), Secret(key) if key else None
    )


def text_of(events: Iterable[Event]) -> str:
    """Return the visible words of an answer."""
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def thoughts_of(events: Iterable[Event]) -> str:
    """Return the readable thinking of an answer."""
    return "".join(event.text for event in events if isinstance(event, ReasoningDelta))
