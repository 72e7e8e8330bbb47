"""Settings an endpoint takes and does nothing with: kept back, and said so."""

from dataclasses import dataclass

from msgspec import structs

from tapster.core.events import Noticed
from tapster.core.requests import ChatRequest
from tapster.dialects.notices import Notices


@dataclass(frozen=True)
class Ignored:
    """Names of settings, and why nothing comes of them: it goes on after the endpoint's name."""

    names: frozenset[str] = frozenset()
    why: str = ""


def kept_back(
    request: ChatRequest, ignored: Ignored, *, by: str
) -> tuple[ChatRequest, tuple[Noticed, ...]]:
    """Return `request` without what `by` would pass over, and what a person is told of it."""
    settings = request.settings
    chosen = [name for name in sorted(ignored.names) if getattr(settings, name) is not None]
    if not chosen:
        return request, ()
    notices = Notices(by)
    for name in chosen:
        if not notices.asks_nothing(name, getattr(settings, name)):
            notices.omit_setting(name, ignored.why)
    less = structs.replace(settings, **dict.fromkeys(chosen))
    return structs.replace(request, settings=less), notices.told()
