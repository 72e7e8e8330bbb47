"""What happens in the house and in one's chats as server-sent events, for one's open pages."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

import msgspec
from msgspec import Struct

from tapster import __version__
from tapster.app import Tapster
from tapster.core.news import News
from tapster.core.people import Caller
from tapster.server.event_stream import EventStream
from tapster.server.followers import Followers


class Hello(Struct, frozen=True, tag="hello", tag_field="type"):
    """The line is open: whatever was read before may be old, and so may the page be."""

    version: str
    build: str


def encode_news(news: News | Hello) -> bytes:
    """Return `news` as a server-sent event; its type is the tag of its struct."""
    kind = str(news.__struct_config__.tag)
    return b"event: %b\ndata: %b\n\n" % (kind.encode(), msgspec.json.encode(news))


class LiveStream(EventStream):
    """One open page of a person. It ends where something was missed: the page comes again."""

    def __init__(
        self, tapster: Tapster, caller: Caller, *, build: str, followers: Followers
    ) -> None:
        super().__init__(caller, followers=followers)
        self._tapster = tapster
        self._build = build

    async def events(self) -> AsyncGenerator[bytes, None]:
        """Yield a greeting once nothing can be missed, then what happens."""
        greeting = encode_news(Hello(__version__, self._build))
        async with aclosing(self._tapster.newsroom.heard_by(self.caller)) as heard:
            async for news in heard:
                if greeting or news:
                    yield greeting + b"".join(map(encode_news, news))
                greeting = b""
