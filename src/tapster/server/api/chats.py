"""Chats: made, listed, set up, deleted and brought back, step by step back and forth."""

from typing import Annotated

from litestar import delete, get, patch, post
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter
from msgspec import Struct, structs

from tapster.app import Tapster
from tapster.app.writer import Preview
from tapster.core.chats import Change, Chat, ChatFields, ChatMessage, ChatPage
from tapster.core.runs import Run, RunKind
from tapster.server.api.wishes import Wished, wish_of
from tapster.server.gate import ThisCaller, ThisTapster, own

Limit = Annotated[int, QueryParameter(ge=1, le=200)]


class ChatGiven(ChatFields, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What can be set of a chat. `connection` is an id or a name; what is left out stays."""


class ChatChanges(ChatGiven, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change; `version` is the one the change was made upon."""

    version: int | None = None


class Copied(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How the copy is called; like the original, where that is not said."""

    title: str | None = None


class Stepped(Struct, frozen=True):
    """The step that was taken back or done again, if there was one, and the chat as it is now."""

    change: Change | None
    chat: Chat


class Changes(Struct, frozen=True):
    """What was done to a chat, newest first."""

    changes: tuple[Change, ...]


class Deleted(Struct, frozen=True):
    """Deleted messages, those deleted last first."""

    messages: tuple[ChatMessage, ...]


class Running(Struct, frozen=True):
    """What is being written in a chat just now.

    `unanswered` is the last run that was to answer the chat's head, if it ended without leaving a
    message: its `error` says why.
    """

    runs: tuple[Run, ...]
    unanswered: Run | None


class Thought(Wished, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What would be said, or done, if the request were sent.

    `message` is another end of the path than the one that is shown.
    """

    text: str = ""
    kind: RunKind | None = None
    message: str | None = None
    instruction: str = ""


@get("/api/chats", opt=own("chat"))
async def list_chats(
    *,
    caller: ThisCaller,
    tapster: ThisTapster,
    limit: Limit = 50,
    after: FromQuery[str | None] = None,
    deleted: FromQuery[bool] = False,
    character: FromQuery[str | None] = None,
    q: Annotated[str | None, QueryParameter(description="What occurs in their titles.")] = None,
) -> ChatPage:
    """List chats, pinned ones first, then those that changed last."""
    return await tapster.chats.list(
        caller.person.id,
        limit=limit,
        after=after,
        deleted=deleted,
        character=character,
        titled=q,
    )


@post("/api/chats", opt=own("chat"))
async def begin_chat(
    caller: ThisCaller, tapster: ThisTapster, data: JSONBody[ChatGiven | None] = None
) -> Chat:
    """Begin a chat."""
    fields = await _fields(tapster, data or ChatGiven())
    return await tapster.chats.create(caller.person.id, fields)


@get("/api/chats/{chat_id:str}", opt=own("chat"))
async def show_chat(chat_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster) -> Chat:
    """Show one chat, without its messages."""
    return await tapster.chats.get(caller.person.id, chat_id)


@patch("/api/chats/{chat_id:str}", opt=own("chat"))
async def change_chat(
    chat_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster, data: JSONBody[ChatChanges]
) -> Chat:
    """Change what is given."""
    return await tapster.chats.configure(
        caller.person.id, chat_id, await _fields(tapster, data), version=data.version
    )


@delete("/api/chats/{chat_id:str}", opt=own("chat"), status_code=204)
async def delete_chat(
    chat_id: FromPath[str],
    caller: ThisCaller,
    tapster: ThisTapster,
    version: FromQuery[int | None] = None,
    for_good: FromQuery[bool] = False,
) -> None:
    """Delete a chat; it can be restored. `for_good` removes one that is deleted already."""
    if for_good:
        await tapster.chats.purge(caller.person.id, chat_id)
    else:
        await tapster.chats.delete(caller.person.id, chat_id, version=version)


@post("/api/chats/{chat_id:str}/restore", opt=own("chat"), status_code=200)
async def restore_chat(chat_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster) -> Chat:
    """Bring a deleted chat back."""
    return await tapster.chats.restore(caller.person.id, chat_id)


@post("/api/chats/{chat_id:str}/duplicate", opt=own("chat"))
async def duplicate_chat(
    chat_id: FromPath[str],
    caller: ThisCaller,
    tapster: ThisTapster,
    data: JSONBody[Copied | None] = None,
) -> Chat:
    """Copy a chat with all its branches."""
    title = data.title if data else None
    return await tapster.chats.duplicate(caller.person.id, chat_id, title=title)


@post("/api/chats/{chat_id:str}/undo", opt=own("chat"), status_code=200)
async def undo(chat_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster) -> Stepped:
    """Take the last step back."""
    change = await tapster.chats.journal.undo(caller.person.id, chat_id)
    return Stepped(change, await tapster.chats.find(caller.person.id, chat_id))


@post("/api/chats/{chat_id:str}/redo", opt=own("chat"), status_code=200)
async def redo(chat_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster) -> Stepped:
    """Do again what was taken back."""
    change = await tapster.chats.journal.redo(caller.person.id, chat_id)
    return Stepped(change, await tapster.chats.find(caller.person.id, chat_id))


@get("/api/chats/{chat_id:str}/changes", opt=own("chat"))
async def list_changes(
    chat_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster, limit: Limit = 50
) -> Changes:
    """List what was done to a chat, newest first."""
    return Changes(await tapster.chats.journal.of(caller.person.id, chat_id, limit=limit))


@get("/api/chats/{chat_id:str}/deleted", opt=own("chat"))
async def list_deleted(
    chat_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster, limit: Limit = 100
) -> Deleted:
    """List the deleted messages of a chat; each can be restored."""
    return Deleted(await tapster.chats.tree.deleted(caller.person.id, chat_id, limit=limit))


@get("/api/chats/{chat_id:str}/runs", opt=own("chat"))
async def list_runs(chat_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster) -> Running:
    """List what is being written in a chat just now, and what ended without a word at its end."""
    return Running(
        await tapster.runs.list(caller.person.id, chat_id),
        await tapster.runs.unanswered(caller.person.id, chat_id),
    )


@post("/api/chats/{chat_id:str}/preview", opt=own("chat"), status_code=200)
async def preview(
    chat_id: FromPath[str],
    caller: ThisCaller,
    tapster: ThisTapster,
    data: JSONBody[Thought | None] = None,
) -> Preview:
    """Show the exact request that would be sent, and how it was put together. Nothing is sent."""
    thought = data or Thought()
    wish = await wish_of(thought, tapster)
    return await tapster.previews.of(
        caller.person.id,
        chat_id,
        said=thought.text,
        kind=thought.kind,
        message=thought.message,
        instruction=thought.instruction,
        connection=wish.connection,
        model=wish.model,
        in_full=caller.is_admin,
    )


async def _fields(tapster: Tapster, given: ChatGiven) -> ChatFields:
    fields = ChatFields(**{name: getattr(given, name) for name in ChatFields.__struct_fields__})
    if not isinstance(given.connection, str):
        return fields
    connection = await tapster.connections.pick(given.connection)
    return structs.replace(fields, connection=connection.id)


ROUTES = (
    list_chats,
    begin_chat,
    show_chat,
    change_chat,
    delete_chat,
    restore_chat,
    duplicate_chat,
    undo,
    redo,
    list_changes,
    list_deleted,
    list_runs,
    preview,
)
