"""How a kind of server gives itself away at an unknown address, and what it says of itself.

A source that is such a server has a `ServerKind`, whose `look` asks for what that server alone
answers and, if it does, for its facts. Several servers imitate others: a sign counts only where
the imitators lack it.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from msgspec.structs import replace

from tapster.core.errors import SourceError
from tapster.core.servers import ChatTemplate, ServerFacts, ServerModel
from tapster.dialects.json_values import object_in, objects_in, read_json, text_in
from tapster.dialects.model_lists import read_models

# Characters. A template is a page or two; more is no template.
_LONGEST_TEMPLATE = 64_000


@dataclass(frozen=True)
class Said:
    """What a server said to one call. `status` is 0 where it said nothing in time."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def found(self) -> dict[str, Any]:
        """The object it answered with; an empty one where it refused, or that is none."""
        return self.document if self.status == 200 else {}

    @cached_property
    def document(self) -> dict[str, Any]:
        """The object it answered with, also in a refusal."""
        return object_in(read_json(self.body))

    @property
    def words(self) -> str:
        """The beginning of what it said, as text."""
        return self.body[:2000].decode("utf-8", "replace")

    @property
    def wants_key(self) -> bool:
        """Whether it refused for want of a key, or of a better one."""
        return self.status in {401, 403}


class Ask(Protocol):
    """Asks the server at the address that is looked at. The same call is sent once only."""

    async def __call__(self, path: str, question: Mapping[str, Any] | None = None) -> Said: ...


@dataclass(frozen=True)
class ServerKind:
    """A kind of server that people run themselves.

    `look` returns what the server says of itself, or `None` where it is of another kind. `ports`
    are those it listens at beside the one of the source's own address. One whose sign is
    `imitated` is asked for only when it is none of the others.
    """

    look: Callable[[Ask], Awaitable[ServerFacts | None]]
    ports: tuple[int, ...] = ()
    imitated: bool = False


def models_in(said: Said) -> tuple[ServerModel, ...]:
    """Return the models of a list as OpenAI has it; none where it is no such list."""
    if said.status != 200:
        return ()
    try:
        page = read_models(said.body)
    except SourceError:
        return ()
    return tuple(ServerModel(model.id, context=model.context) for model in page.models)


def owners_in(said: Said) -> frozenset[str]:
    """Return who the models of such a list are owned by: many servers name themselves there."""
    cards = objects_in(said.found.get("data"))
    return frozenset(owner for card in cards if (owner := text_in(card.get("owned_by"))))


def template_of(text: object, name: object = None) -> ChatTemplate | None:
    """Return the chat template of that text or name, where there is any."""
    written, named = text_in(text), text_in(name)
    if written is None and named is None:
        return None
    length = len(written) if written is not None else None
    return ChatTemplate(named, length, written and written[:_LONGEST_TEMPLATE])


def marked(models: Iterable[ServerModel], loaded: Iterable[str]) -> tuple[ServerModel, ...]:
    """Return `models`, of each of which is said whether it is among the `loaded`."""
    names = frozenset(loaded)
    return tuple(replace(model, loaded=model.id in names) for model in models)
