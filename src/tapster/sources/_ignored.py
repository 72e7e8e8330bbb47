"""Settings an endpoint takes and does nothing with: kept back, and said so."""

from collections.abc import Mapping

from msgspec import structs

from tapster.core.events import Noticed
from tapster.core.requests import ChatRequest
from tapster.dialects.notices import Notices


def kept_back(
    request: ChatRequest, ignored: Mapping[str, str], *, by: str
) -> tuple[ChatRequest, tuple[Noticed, ...]]:
    """Return `request` without what would be passed over, and what a person is told of it.

    `ignored` says why by setting, as it goes on after `by`, the name of the endpoint's program.
    """
    settings = request.settings
    chosen = [name for name in ignored if getattr(settings, name) is not None]
    if not chosen:
        return request, ()
    notices = Notices(by)
    for name in chosen:
        if not notices.asks_nothing(name, getattr(settings, name)):
            notices.omit_setting(name, ignored[name])
    less = structs.replace(settings, **dict.fromkeys(chosen))
    return structs.replace(request, settings=less), notices.told()
