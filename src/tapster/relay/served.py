"""Models on a server of one's own: asked about, loaded, unloaded, downloaded."""

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from msgspec.structs import replace

from tapster.core.connections import Connection
from tapster.core.errors import InvalidInput, Reason, SourceError, StoreError
from tapster.core.links import Link
from tapster.core.model_jobs import Deed, Progress, ServedModel
from tapster.core.ways import under_connections
from tapster.relay.attempts import Patience
from tapster.relay.endpoints import Endpoint, Endpoints
from tapster.relay.probes import LIST_SILENCE, no_longer_silent
from tapster.relay.verdicts import verdict_on
from tapster.sources import Act, Control, Source, Wanted, as_sent

# Seconds one call may take in all: a download of a hundred gigabytes is one of Ollama's.
_LONGEST = 7 * 86_400.0


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


_NO_SUCH_CALL = _words("unexpected endpoint", "file not found", "^404 page", "^not found$")
_NO_SUCH_MODEL = _words(
    "not found", "no model found", "no such", "does not exist", "could not find", "unknown model"
)
_NO_DISK = _words("no space left", "disk (?:is )?full", "enospc", "not enough (?:free )?disk")
_NO_MEMORY = _words(
    *("out of memory", "insufficient (?:memory|vram|resources)", "more system memory"),
    *("not enough memory", "cudamalloc", "failed to allocate"),
)
_NONE_LOADED = _words("no models? (?:is |are |currently )*loaded")


class Served:
    """The way to what servers do with their models."""

    def __init__(self, endpoints: Endpoints, *, patience: Patience) -> None:
        self._endpoints = endpoints
        self._silence = patience.model_silence
        self._every = patience.model_pause
        self._listed_within = patience.model_list

    async def models(self, connection: Connection) -> tuple[ServedModel, ...]:
        """Return what the server has and how each stands. It is asked now.

        Raises `SourceError`, also where it lists nothing as nobody showed it its admin key.
        """
        endpoint = await self._endpoints.as_admin(connection)
        control = control_of(endpoint.source)
        line = endpoint.source.line(no_longer_silent(endpoint.link, LIST_SILENCE), every=0)
        try:
            async with asyncio.timeout(self._listed_within):
                models = await control.models(line)
        except SourceError as error:
            raise _explained(endpoint, error, control) from None
        except TimeoutError:
            raise SourceError(
                Reason.TIMEOUT,
                f"{endpoint.source.title} did not tell within {self._listed_within:g} seconds "
                "which models it has. It may be at work: try again in a moment.",
            ) from None
        if not models and control.lists_to_admin and not endpoint.is_admin:
            place = under_connections(f"tapster keys set {connection.slug} --admin")
            raise SourceError(
                Reason.PERMISSION,
                f"{endpoint.source.title} has no model loaded, and lists all it could load to who "
                f"shows its admin key. Enter that {place}.",
            )
        return models

    async def do(
        self, connection: Connection, deed: Deed, model: str, options: Mapping[str, Any]
    ) -> AsyncGenerator[Progress, None]:
        """Have the server do `deed` and yield how far it is; it is done when nothing follows.

        The options of a load that are not given are as the connection has them. Raises
        `SourceError` that says what went wrong and what to do.
        """
        endpoint = await self._endpoints.as_admin(connection)
        control, act = control_of(endpoint.source), act_of(endpoint.source, deed)
        silence = max(self._silence, endpoint.link.timeouts.idle)
        line = endpoint.source.line(_patient(endpoint.link, silence), every=self._every)
        wanted = Wanted(model, _laid_out(control, endpoint, options) if deed == "load" else {})
        try:
            async with aclosing(act.do(line, wanted)) as steps:
                async for progress in steps:
                    yield _clean(endpoint, progress)
        except SourceError as error:
            raise _explained(endpoint, error, control, deed, model) from None
        if endpoint.doors[0].key is not None:
            try:
                await self._endpoints.note_worked(endpoint, endpoint.doors[0].key)
            except StoreError:
                # It is done: a busy database must not spoil it.
                return

    async def undo(self, connection: Connection, deed: Deed, model: str) -> bool:
        """Have the server give up what it was asked for; whether that ends it there."""
        endpoint = await self._endpoints.as_admin(connection)
        act = act_of(endpoint.source, deed)
        if act.goes_on:
            return False
        if act.undo is not None:
            line = endpoint.source.line(no_longer_silent(endpoint.link, LIST_SILENCE), every=0)
            try:
                await act.undo(line, Wanted(model))
            except SourceError:
                return False
        return True


def control_of(source: Source) -> Control:
    """Return what a kind of server lets one do with models; refuse one that lets nothing."""
    if source.control is None:
        raise InvalidInput(
            f"{source.title} has no calls to load, unload or download models.",
            field="connection",
        )
    return source.control


def act_of(source: Source, deed: Deed) -> Act:
    """Return how a kind of server is asked for `deed`; refuse one that cannot be."""
    act = control_of(source).act(deed)
    if act is None:
        raise InvalidInput(
            f"{source.title} has no call for this: do it where it runs.", field="deed"
        )
    return act


def unready(endpoint: Endpoint, error: SourceError) -> SourceError:
    """Return `error` in words that say what to do, where a server has no model to answer with."""
    source = endpoint.source
    if source.control is None or not _NONE_LOADED.search(error.message):
        return error
    place = under_connections(f"tapster models load MODEL --connection {endpoint.connection.slug}")
    return SourceError(
        error.reason,
        f"{source.title} has no model loaded. Load one {place}, then retry.",
        status=error.status,
        code=error.code,
        detail=error.message,
        retry_after=error.retry_after,
    )


def _patient(link: Link, silence: float) -> Link:
    """Return `link` that waits `silence` seconds for a word, however long all of it takes."""
    return replace(link, timeouts=replace(link.timeouts, idle=silence, total=_LONGEST))


def _laid_out(control: Control, endpoint: Endpoint, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the options of a load: those given, else those the connection's messages carry.

    A model that was loaded otherwise would be loaded once more by the first message.
    """
    values = {
        option.name: as_sent(option, given.get(option.name, endpoint.link.options.get(option.name)))
        for option in control.options
    }
    return {name: value for name, value in values.items() if value is not None}


def _clean(endpoint: Endpoint, progress: Progress) -> Progress:
    if progress.said is None:
        return progress
    return replace(progress, said=endpoint.redacted(progress.said[:200]))


def _explained(
    endpoint: Endpoint,
    error: SourceError,
    control: Control,
    deed: Deed | None = None,
    model: str = "",
) -> SourceError:
    """Return `error` without secrets, in words that name the way out where one is known."""
    clean = endpoint.without_secrets(error)
    message = _way_out(endpoint, clean, control, deed, model)
    if message is None:
        return clean
    return SourceError(
        clean.reason, message, status=clean.status, code=clean.code, detail=clean.detail
    )


def _way_out(
    endpoint: Endpoint, error: SourceError, control: Control, deed: Deed | None, model: str
) -> str | None:
    title, said = endpoint.source.title, error.message
    if error.reason in {Reason.AUTH, Reason.PERMISSION}:
        if not control.admin:
            return verdict_on(endpoint, error, now=time.time()).message
        place = under_connections(f"tapster keys set {endpoint.connection.slug} --admin")
        return (
            f"{title} does not take this key for changes of its models: it wants its admin key. "
            f"Enter it {place}."
        )
    if _is_absent(error):
        return control.absent or f"{title} does not know this call. Update it, if it is an old one."
    if _NO_DISK.search(said):
        return (
            f"The disk of the computer {title} runs on is full. Make room there, then download "
            f"again. It says: {said}"
        )
    if _NO_MEMORY.search(said):
        return (
            f"{title} has not enough memory for {model!r}. Unload another model first, load it "
            f"with a shorter context, or take a smaller one. It says: {said}"
        )
    if deed is None:
        return None
    if error.reason is Reason.NOT_FOUND or _NO_SUCH_MODEL.search(said):
        if deed == "download":
            return (
                f"{title} found no model called {model!r} to download. Check its name at the "
                f"place it comes from. It says: {said}"
            )
        return (
            f"{title} has no model called {model!r}. Choose one from its list, or have it "
            f"download this one first. It says: {said}"
        )
    if error.reason in {Reason.INTERRUPTED, Reason.UNREACHABLE}:
        # What is said of messages that broke off, which may have been paid for, is none of this.
        why = f" {said}" if error.reason is Reason.UNREACHABLE else ""
        return (
            f"{title} went away before it was done. See whether it still runs, start it again "
            f"where it does not, and try once more.{why}"
        )
    return None


def _is_absent(error: SourceError) -> bool:
    """Whether the server does not know the call at all, rather than the model."""
    return error.status in {405, 501} or bool(
        _NO_SUCH_CALL.search(error.message)
        or (error.status == 404 and error.reason is Reason.NOT_AN_API)
    )
