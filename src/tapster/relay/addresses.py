"""The addresses a person may have meant: as given, with `/v1`, without a completion path."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit

from msgspec.structs import replace

from tapster.core.checks import Tried
from tapster.core.errors import InvalidInput, SourceError
from tapster.core.links import Link
from tapster.relay.attempts import Attempt, try_other_key
from tapster.relay.endpoints import Door, Endpoint
from tapster.relay.probes import is_elsewhere, probe
from tapster.sources import CALL_TAILS, Probed, Source

_TAILS = (*CALL_TAILS, "/models")


@dataclass
class Search:
    """What asking around found: the door that opened and what lies behind it, if any did.

    `address` is what to store to get there. `refused` are the attempts that failed.
    """

    tried: list[Tried] = field(default_factory=list)
    refused: list[Attempt] = field(default_factory=list)
    refused_at: list[str | None] = field(default_factory=list)
    address: str | None = None
    door: Door | None = None
    probed: Probed | None = None

    def most_telling(self) -> tuple[SourceError, str | None]:
        """Return what the first address said that is an API's, or else the given one, and where.

        An API that refuses the key tells more than another path that is none.
        """
        errors = [attempt.error for attempt in self.refused]
        place = next((at for at, error in enumerate(errors) if not is_elsewhere(error)), 0)
        return errors[place], self.refused_at[place]


def addresses_to_try(source: Source, link: Link) -> tuple[str | None, ...]:
    """Return the link's address and what else the person may have meant, the given one first.

    `None` is the source's own. All have the same origin, so a key that may go to one may go to
    all.
    """
    given = link.endpoint
    if given is None:
        return (None,)
    tried: dict[str, str] = {}
    for address in _spellings(given):
        try:
            reached = source.endpoint_of(replace(link, endpoint=address))
        except InvalidInput:
            continue
        tried.setdefault(reached, address)
    return tuple(tried.values())


async def search(endpoint: Endpoint, *, given_too: bool = True) -> Search:
    """Knock at each address with each key until something answers as it should.

    Without `given_too` the address as it was given is left out.
    """
    found = Search()
    for address in addresses_to_try(endpoint.source, endpoint.link)[0 if given_too else 1 :]:
        error = await _knock(endpoint, address, found)
        if error is None or not is_elsewhere(error):
            break
    return found


async def _knock(endpoint: Endpoint, address: str | None, found: Search) -> SourceError | None:
    """Try one address with each key; return what it said last, or `None` when it opened."""
    last: SourceError | None = None
    for door in endpoint.doors:
        link = replace(door.link, endpoint=address)
        url = endpoint.redacted(endpoint.source.endpoint_of(link))
        try:
            found.probed = await probe(endpoint, link)
        except SourceError as error:
            last = error
            found.refused.append(Attempt(door.key, error))
            found.refused_at.append(address)
            words = endpoint.redacted(error.message)[:300]
            found.tried.append(Tried(url=url, status=error.status, outcome=words))
            if not try_other_key(error):
                break
        else:
            found.tried.append(Tried(url=url, status=200, outcome="works"))
            found.address, found.door = address, door
            return None
    return last


def _spellings(given: str) -> Iterator[str]:
    parts = urlsplit(given.strip())
    path = parts.path.rstrip("/")
    cut = next((path.removesuffix(tail) for tail in _TAILS if path.endswith(tail)), path)
    for spelled in (path, cut, f"{path}/v1", f"{cut}/v1", f"{cut}/api/v1"):
        yield urlunsplit((parts.scheme, parts.netloc, spelled, parts.query, ""))
