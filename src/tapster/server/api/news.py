"""News, for an open page: what happens elsewhere, so that it looks again."""

from typing import Any

from litestar import Request, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.types import ASGIApp

from tapster.server.gate import ThisCaller, ThisTapster, own
from tapster.server.live_stream import LiveStream


@get(
    "/api/live",
    opt=own("news"),
    responses={
        200: ResponseSpec(
            data_container=str,
            media_type="text/event-stream",
            description="Server-sent events, `data` is JSON. First `hello` (`version`, `build`), "
            "then `chat-changed` (`chat_id`, `version`, `head`, `deleted`), `run-started` "
            "(`run_id`, `chat_id`, `kind`, `message_id`), `run-ended` (`run_id`, `chat_id`, "
            "`state`), `house-changed` (`noun`), for admins `model-job` (`job`). Nothing of these "
            "is told twice or later: after `hello`, read everything. And `errand-offered` "
            "(`errand_id`, `ability`, `page`), told until a page takes it, and `errand-ended` "
            "(`errand_id`).",
        )
    },
)
async def follow_news(
    request: Request[Any, Any, Any], caller: ThisCaller, tapster: ThisTapster
) -> ASGIApp:
    """Follow what happens: in one's chats, to one's preferences, and to what the house shares."""
    state = request.app.state
    build = state.page.build if state.page else ""
    return LiveStream(tapster, caller, build=build, followers=state.followers)


ROUTES = (follow_news,)
