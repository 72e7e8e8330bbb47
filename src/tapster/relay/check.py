"""The status check: one honest state and one sentence with the way out."""

import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from tapster.core.checks import Check, State
from tapster.core.connections import Connection
from tapster.core.keys import Key
from tapster.core.models import Model
from tapster.core.ways import under_connections
from tapster.relay.addresses import search
from tapster.relay.attempts import Attempt
from tapster.relay.book import Moved
from tapster.relay.endpoints import Endpoint
from tapster.relay.verdicts import verdict_on
from tapster.sources import Probed

_ENDINGS = {
    Moved.KEPT: ", which is kept.",
    Moved.SHARED: (
        ". The proxy preset was left alone, for other connections use it too: to keep that "
        "address, make a preset of its own for this one."
    ),
    Moved.CHANGED: ". It is not kept, for the address was changed in the meantime.",
}


@dataclass(frozen=True)
class Finding:
    """A check, the models the endpoint listed (`None`: no list), and the key that worked."""

    check: Check
    models: tuple[Model, ...] | None = None
    key: Key | None = None


async def check_endpoint(
    endpoint: Endpoint,
    *,
    keep: Callable[[str], Awaitable[Moved]],
    now: Callable[[], float] = time.time,
    stopwatch: Callable[[], float] = time.monotonic,
) -> Finding:
    """Return how the endpoint stands. Asks it, and never more than it takes to know.

    `keep` is told a better address, and says what became of it.
    """
    if early := _settled_without_asking(endpoint):
        return Finding(early)
    began = stopwatch()
    found = await search(endpoint)
    latency = max(0, round((stopwatch() - began) * 1000))
    tried = tuple(found.tried)
    if found.probed is None or found.door is None:
        error, address = found.most_telling()
        check = verdict_on(endpoint, error, now=now())
        better = address if address != endpoint.link.endpoint else None
        note = f" The API is at {better}{_ENDINGS[await keep(better)]}" if better else ""
        check = replace(check, message=check.message + note, endpoint=better)
        return Finding(replace(check, tried=tried, latency=latency))
    better = found.address if found.address != endpoint.link.endpoint else None
    note = f" The address works as {better}{_ENDINGS[await keep(better)]}" if better else ""
    check = _standing(endpoint, found.probed, latency=latency)
    check = replace(
        check, message=check.message + note + _other_keys(found.refused, found.door.key)
    )
    key = found.door.key if found.probed.key_proved else None
    return Finding(replace(check, tried=tried, endpoint=better), found.probed.models, key)


def bypassed(connection: Connection) -> Check:
    """Return the check of a connection whose owner wants none."""
    return Check(
        state=State.BYPASSED,
        message=f"Status check bypassed. Messages are sent to {connection.name!r} all the same.",
    )


def _settled_without_asking(endpoint: Endpoint) -> Check | None:
    source = endpoint.source
    if source.ability is not None:
        return Check(
            state=State.IN_PAGE,
            message="This model lives in a browser: whether it is there is seen in the page. Open "
            "Tapster in a browser that has it, and look under API Connections.",
        )
    if retired := source.retired_at(endpoint.link):
        return Check(state=State.RETIRED, message=retired)
    if endpoint.lacks_its_key:
        return Check(
            state=State.NO_KEY,
            message="The key is not sent: it was entered for another address, or the address has "
            f"changed since. Enter it again {endpoint.key_place}.",
        )
    if source.key_need == "required" and not endpoint.has_key and endpoint.own_address:
        page = f" Make one at {source.key_page}." if source.key_page else ""
        return Check(
            state=State.NO_KEY,
            message=f"No key yet.{page} Enter it {endpoint.key_place}.",
        )
    return None


def _standing(endpoint: Endpoint, probed: Probed, *, latency: int) -> Check:
    """Return what the answer of a reachable endpoint is worth."""
    connection = endpoint.connection
    count = len(probed.models) if probed.models is not None else None
    choose = under_connections(f"tapster connections edit {connection.slug} --model ID")
    known = {model.id for model in (*(probed.models or ()), *endpoint.source.catalogue)}
    if endpoint.has_key and not probed.key_proved:
        state = State.UNVERIFIED
        message = (
            f"Reachable, {latency} ms, but the key could not be verified without a model to ask. "
            f"Name one {choose}."
        )
    elif connection.model is None and not known and probed.models is None:
        state = State.UNVERIFIED
        message = f"An API answers here, {latency} ms, but it lists no models. Name one {choose}."
    elif connection.model and probed.models and connection.model not in known:
        state = State.MODEL_MISSING
        message = (
            f"Connected, {latency} ms, but the chosen model {connection.model!r} is not among "
            f"the {count:,} models listed. It is kept; the others are "
            + under_connections(f"tapster models {connection.slug}")
            + "."
        )
    else:
        state = State.READY
        named = connection.model is not None or bool(known)
        message = f"Ready. {_counted(count, named=named)}, {latency} ms."
    return Check(state=state, message=message, latency=latency, models=count, status=200)


def _counted(count: int | None, *, named: bool) -> str:
    if count is None:
        return "No model list"
    if count == 0:
        return "The model list is empty" + ("" if named else ": name a model yourself")
    return "1 model" if count == 1 else f"{count:,} models"


def _other_keys(refused: Sequence[Attempt], works: Key | None) -> str:
    """Say which of several keys do not work although another does."""
    keys = [attempt.key for attempt in refused if attempt.key is not None]
    # The one that works may have been shown before at an address that is none.
    bad = dict.fromkeys(key.last4 for key in keys if works is None or key.id != works.id)
    return "".join(f" The key …{last4} was refused and is passed over." for last4 in bad)
