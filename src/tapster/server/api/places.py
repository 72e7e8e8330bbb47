"""Places in a chat: which path is shown, branches, and places that have a name."""

from typing import Annotated

from litestar import delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Struct

from tapster.chats.outlines import MOST_SEGMENTS
from tapster.core.chats import Chat, Checkpoint, Outline
from tapster.server.api.chats import Copied
from tapster.server.gate import ThisCaller, ThisTapster, own


class Named(Struct, frozen=True, forbid_unknown_fields=True):
    """A name for a place in a chat."""

    name: str


class Places(Struct, frozen=True):
    """The named places of a chat, oldest first."""

    checkpoints: tuple[Checkpoint, ...]


@post("/api/messages/{message_id:str}/select", opt=own("message"), status_code=200)
async def select_message(
    message_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster
) -> Chat:
    """Show the branch of a message, to where it was left last."""
    return await tapster.chats.views.select(caller.person.id, message_id)


@post("/api/messages/{message_id:str}/switch", opt=own("message"), status_code=200)
async def switch_to_message(
    message_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster
) -> Chat:
    """Show the path that ends at a message: what is said next goes below it."""
    return await tapster.chats.views.switch(caller.person.id, message_id)


@post("/api/messages/{message_id:str}/duplicate", opt=own("message"))
async def duplicate_path(
    message_id: FromPath[str],
    caller: ThisCaller,
    tapster: ThisTapster,
    data: JSONBody[Copied | None] = None,
) -> Chat:
    """Copy the path that ends at a message into a chat of its own."""
    title = data.title if data else None
    return await tapster.chats.duplicate_path(caller.person.id, message_id, title=title)


@post("/api/messages/{message_id:str}/branch", opt=own("message"))
async def branch(
    message_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster, data: JSONBody[Named]
) -> Checkpoint:
    """Begin a named branch below a message."""
    return await tapster.chats.views.branch(caller.person.id, message_id, data.name)


@post("/api/messages/{message_id:str}/checkpoint", opt=own("message"))
async def mark(
    message_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster, data: JSONBody[Named]
) -> Checkpoint:
    """Give a message a name, to come back to it."""
    return await tapster.chats.views.checkpoint(caller.person.id, message_id, data.name)


@get("/api/chats/{chat_id:str}/checkpoints", opt=own("chat"))
async def list_checkpoints(
    chat_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster
) -> Places:
    """List the named places of a chat."""
    return Places(await tapster.chats.views.checkpoints(caller.person.id, chat_id))


@get("/api/chats/{chat_id:str}/tree", opt=own("chat"))
async def show_tree(
    chat_id: FromPath[str],
    caller: ThisCaller,
    tapster: ThisTapster,
    limit: Annotated[int, QueryParameter(ge=1, le=MOST_SEGMENTS)] = 2_000,
) -> Outline:
    """Show the tree of a chat; messages without a fork between them are one segment."""
    return await tapster.chats.outlines.of(caller.person.id, chat_id, limit=limit)


@patch("/api/checkpoints/{checkpoint_id:str}", opt=own("checkpoint"))
async def rename_checkpoint(
    checkpoint_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster, data: JSONBody[Named]
) -> Checkpoint:
    """Give a named place another name."""
    return await tapster.chats.views.rename(caller.person.id, checkpoint_id, data.name)


@delete("/api/checkpoints/{checkpoint_id:str}", opt=own("checkpoint"), status_code=204)
async def remove_checkpoint(
    checkpoint_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster
) -> None:
    """Take its name from a place; the message stays."""
    await tapster.chats.views.remove(caller.person.id, checkpoint_id)


ROUTES = (
    select_message,
    switch_to_message,
    duplicate_path,
    branch,
    mark,
    list_checkpoints,
    show_tree,
    rename_checkpoint,
    remove_checkpoint,
)
