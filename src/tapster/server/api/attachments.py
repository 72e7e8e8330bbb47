"""Files that messages refer to: sent as they are, and given back only to be saved."""

from typing import Annotated, Any

from litestar import Request, Response, delete, get, post
from litestar.params import FromPath, QueryParameter

from tapster.chats.attachments import MOST_BYTES
from tapster.core.chats import Attachment
from tapster.server.downloads import to_save
from tapster.server.gate import ThisCaller, ThisTapster, own

_FOR_EVER = {"cache-control": "private, max-age=31536000, immutable"}


@post("/api/attachments", opt=own("attachment"), request_max_body_size=MOST_BYTES + 1)
async def attach(
    request: Request[Any, Any, Any],
    caller: ThisCaller,
    tapster: ThisTapster,
    name: Annotated[str, QueryParameter(max_length=1000)] = "file",
) -> Attachment:
    """Keep the body as a file of the type in Content-Type. A part refers to `attachment:<id>`."""
    kind = request.headers.get("content-type", "application/octet-stream").partition(";")[0]
    return await tapster.chats.attachments.add(
        caller.person.id, await request.body(), name=name, media_type=kind.strip()
    )


@get("/api/attachments/{attachment_id:str}", opt=own("attachment"))
async def show_attachment(
    attachment_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster
) -> Attachment:
    """Say what is known of a file."""
    return await tapster.chats.attachments.get(caller.person.id, attachment_id)


@get("/api/attachments/{attachment_id:str}/content", opt=own("attachment"))
async def read_attachment(
    attachment_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster
) -> Response[bytes]:
    """Give a file back, to be saved and never to be opened here."""
    owner = caller.person.id
    known = await tapster.chats.attachments.get(owner, attachment_id)
    content = await tapster.chats.attachments.read(owner, attachment_id)
    headers = _FOR_EVER | to_save(known.name)
    return Response(content, media_type=known.media_type, headers=headers)


@delete("/api/attachments/{attachment_id:str}", opt=own("attachment"), status_code=204)
async def remove_attachment(
    attachment_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster
) -> None:
    """Remove a file no message refers to."""
    await tapster.chats.attachments.remove(caller.person.id, attachment_id)


ROUTES = (attach, show_attachment, read_attachment, remove_attachment)
