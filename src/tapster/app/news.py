"""News on their way: from what the store keeps, through the broadcast, to a person's open pages."""

from collections.abc import AsyncGenerator

import msgspec

from tapster.broadcast import Broadcast, Word
from tapster.core.news import HouseChanged, ModelJobChanged, ModelJobUnwanted, News, subject_of
from tapster.core.people import Caller
from tapster.store import Store

# Seconds in which what happens at once is gathered, to be told together.
_GATHER = 0.05
# No person is called so: who hears as this one hears what everyone is told.
_NOBODY = ""
# These only admins ever see.
_OF_ADMINS = frozenset(("key", "proxy"))

_NEWS: msgspec.json.Decoder[News] = msgspec.json.Decoder(News)


class Newsroom:
    """Tells everything `store` keeps, and lends an ear for it."""

    def __init__(self, store: Store, broadcast: Broadcast) -> None:
        self._broadcast = broadcast
        store.tell(self.tell)

    async def heard_by(self, caller: Caller) -> AsyncGenerator[list[News], None]:
        """Yield what happens to what the caller may see, from now on, first of all nothing.

        What happens at once comes together, of each subject the newest. It ends where something
        was missed: begin again, and read everything.
        """
        with self._broadcast.hear(caller.person.id) as ear:
            yield []
            while words := await ear.take(gather=_GATHER):
                news = [_NEWS.decode(word.body) for word in words]
                yield [each for each in news if _may_hear(caller, each)]

    async def overheard(self) -> AsyncGenerator[list[News], None]:
        """Yield what everyone is told, in whichever process, from now on; it never ends."""
        while True:
            with self._broadcast.hear(_NOBODY) as ear:
                while words := await ear.take():
                    yield [_NEWS.decode(word.body) for word in words]

    def tell(self, owner: str | None, news: News) -> None:
        """Tell `news` to the open pages of `owner`; `None` is everyone."""
        self._broadcast.tell(owner, Word(subject_of(news), msgspec.json.encode(news)))


def _may_hear(caller: Caller, news: News) -> bool:
    match news:
        case ModelJobUnwanted():
            return False
        case ModelJobChanged():
            return caller.is_admin
        case HouseChanged():
            return caller.is_admin or news.noun not in _OF_ADMINS
        case _:
            return True
