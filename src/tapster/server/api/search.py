"""Search over every chat."""

from typing import Annotated

from litestar import get
from litestar.params import FromQuery, QueryParameter

from tapster.core.chats import HitPage
from tapster.core.messages import Role
from tapster.server.gate import ThisCaller, ThisTapster, own


@get("/api/search", opt=own("search"))
async def search(
    *,
    caller: ThisCaller,
    tapster: ThisTapster,
    q: Annotated[
        str, QueryParameter(description='Words, "phrases" and prefixes*; all must occur.')
    ],
    role: FromQuery[Role | None] = None,
    character: FromQuery[str | None] = None,
    chat: Annotated[str | None, QueryParameter(description="Only in this chat.")] = None,
    since: Annotated[float | None, QueryParameter(description="Seconds since the epoch.")] = None,
    until: FromQuery[float | None] = None,
    limit: Annotated[int, QueryParameter(ge=1, le=100)] = 20,
    after: Annotated[int | None, QueryParameter(description="`next` of the page before.")] = None,
) -> HitPage:
    """Find messages, newest first. A hit opens at `/api/chats/{id}/messages?around=`."""
    return await tapster.chats.search(
        caller.person.id,
        q,
        role=role,
        character=character,
        chat_id=chat,
        since=since,
        until=until,
        limit=limit,
        after=after,
    )


ROUTES = (search,)
