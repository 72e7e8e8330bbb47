"""Messages: said, read by the window, edited, moved, deleted, alternatives and editions."""

from typing import Annotated, Any, Literal

from litestar import Response, delete, get, patch, post
from litestar.params import FromPath, FromQuery, HeaderParameter, JSONBody, QueryParameter
from msgspec import UNSET, Struct, UnsetType

from tapster.core.chats import Chat, Edition, Placed
from tapster.core.errors import InvalidInput, NotFound
from tapster.core.messages import Part, Text, reworded
from tapster.core.runs import Run
from tapster.server.api.shown import MessageShown, show, show_all
from tapster.server.api.wishes import Wished, wish_of
from tapster.server.gate import ThisCaller, ThisTapster, own

Limit = Annotated[int, QueryParameter(ge=1, le=200)]
Key = Annotated[str | None, HeaderParameter(name="Idempotency-Key")]


class Messages(Struct, frozen=True, kw_only=True):
    """A stretch of a path, oldest first. `leaf` is the end of the path it belongs to."""

    chat: Chat
    messages: tuple[MessageShown, ...]
    leaf: str | None
    more_before: bool
    more_after: bool


class Words(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a message says: `text`, or `parts` where it is more than words."""

    text: str | None = None
    parts: tuple[Part, ...] | None = None


class Say(Wished, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something to say below `parent` (the end of the shown path, where that is left out).

    `version` is the version of the chat it was said upon, and `head` the end of the shown path
    by then (null: there was nothing). With `answer` false nobody is asked; then the message may
    be another's than the person's, too.
    """

    text: str | None = None
    parts: tuple[Part, ...] | None = None
    parent: str | None = None
    version: int | None = None
    head: str | UnsetType | None = UNSET
    answer: bool = True
    role: Literal["user", "assistant", "system"] = "user"
    author: str | None = None


class Said(Struct, frozen=True):
    """What was said, and the run that answers it: follow it at `/api/runs/{id}/events`."""

    message: MessageShown
    run: Run | None


class MessageChanges(Words, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change of a message; `version` is the one the change was made upon."""

    hidden: bool | None = None
    version: int | None = None


class Move(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where to: one place `up` or `down`, or `below` another message (its id in `parent`)."""

    to: Literal["up", "down", "below"]
    parent: str | None = None
    version: int | None = None


class Alternatives(Struct, frozen=True):
    """A message among its alternatives, in order."""

    messages: tuple[MessageShown, ...]


class Editions(Struct, frozen=True):
    """The earlier versions of a message, oldest first."""

    editions: tuple[Edition, ...]


class Removed(Struct, frozen=True):
    """How many messages were deleted."""

    count: int


@get("/api/chats/{chat_id:str}/messages", opt=own("chat"))
async def read_messages(
    *,
    chat_id: FromPath[str],
    caller: ThisCaller,
    tapster: ThisTapster,
    before: FromQuery[str | None] = None,
    after: FromQuery[str | None] = None,
    around: FromQuery[str | None] = None,
    leaf: FromQuery[str | None] = None,
    limit: Limit = 50,
) -> Messages:
    """Read the end of the shown path, or what is right before, after or around a message."""
    owner, windows = caller.person.id, tapster.chats.windows
    if sum(each is not None for each in (before, after, around)) > 1:
        raise InvalidInput("Give one of before, after and around.", field="before")
    chat = await tapster.chats.get(owner, chat_id)
    if before is not None:
        window = await windows.before(owner, before, limit=limit)
    elif after is not None:
        window = await windows.after(owner, after, leaf=leaf, limit=limit)
    elif around is not None:
        window = await windows.around(owner, around, limit=limit)
    else:
        window = await windows.open(owner, chat_id, limit=limit)
    if window.chat.id != chat.id:
        raise NotFound("There is no such message in this chat.")
    return Messages(
        chat=window.chat,
        messages=await show_all(tapster, window.messages),
        leaf=window.leaf,
        more_before=window.more_before,
        more_after=window.more_after,
    )


@post("/api/chats/{chat_id:str}/messages", opt=own("chat"), status_code=202)
async def say(
    chat_id: FromPath[str],
    caller: ThisCaller,
    tapster: ThisTapster,
    data: JSONBody[Say],
    key: Key = None,
) -> Response[Said]:
    """Say something and have it answered: 202 with the run. Unanswered it is 201.

    Repeated with the same `Idempotency-Key` it is said once, and answered alike each time.
    """
    owner, words = caller.person.id, _words(data.text, data.parts)
    seen: dict[str, Any] = {
        "parent": data.parent,
        "version": data.version,
        "head": data.head,
        "key": key,
    }
    if not data.answer:
        if data.connection is not None or data.model is not None:
            raise InvalidInput(
                "With answer set to false nobody is asked: leave out connection and model.",
                field="model" if data.connection is None else "connection",
            )
        message = await tapster.chats.tree.say(
            owner, chat_id, words, role=data.role, author=data.author, **seen
        )
        return Response(Said(await show(owner, tapster, message), None), status_code=201)
    if data.role != "user" or data.author is not None:
        raise InvalidInput(
            "Only what the person says is answered: set answer to false.", field="role"
        )
    wish = await wish_of(data, tapster)
    said = await tapster.runs.say(owner, chat_id, words, wish=wish, **seen)
    return Response(Said(await show(owner, tapster, said.message), said.run), status_code=202)


@get("/api/messages/{message_id:str}", opt=own("message"))
async def show_message(
    message_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster
) -> MessageShown:
    """Show one message."""
    placed = await tapster.chats.windows.message(caller.person.id, message_id)
    return (await show_all(tapster, (placed,)))[0]


@patch("/api/messages/{message_id:str}", opt=own("message"))
async def change_message(
    message_id: FromPath[str],
    caller: ThisCaller,
    tapster: ThisTapster,
    data: JSONBody[MessageChanges],
) -> MessageShown:
    """Edit a message (its earlier words are kept), or keep it out of prompts."""
    owner, version = caller.person.id, data.version
    tree = tapster.chats.tree
    if data.hidden is not None:
        if data.text is not None or data.parts is not None:
            raise InvalidInput("Change the words or `hidden`, one at a time.", field="hidden")
        message = await tree.hide(owner, message_id, hidden=data.hidden, version=version)
    else:
        words = _words(data.text, data.parts)
        if isinstance(words, str):
            said = await tapster.chats.windows.message(owner, message_id)
            words = reworded(said.message.parts, words)
        if all(isinstance(part, Text) and not part.text.strip() for part in words):
            raise InvalidInput(
                "Nothing would be left of the message: write some words, or delete it.",
                field="text",
            )
        message = await tree.edit(owner, message_id, words, version=version)
    return await show(owner, tapster, message)


@delete("/api/messages/{message_id:str}", opt=own("message"), status_code=200)
async def delete_message(
    message_id: FromPath[str],
    caller: ThisCaller,
    tapster: ThisTapster,
    below: FromQuery[bool] = False,
    version: FromQuery[int | None] = None,
) -> Removed:
    """Delete one message, or with `below` it and all below it. Either can be undone."""
    tree = tapster.chats.tree
    if below:
        return Removed(await tree.delete_below(caller.person.id, message_id, version=version))
    await tree.delete(caller.person.id, message_id, version=version)
    return Removed(1)


@post("/api/messages/{message_id:str}/restore", opt=own("message"), status_code=200)
async def restore_message(
    message_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster
) -> MessageShown:
    """Bring a deleted message back, with what was deleted along with it."""
    owner = caller.person.id
    return await show(owner, tapster, await tapster.chats.tree.restore(owner, message_id))


@post("/api/messages/{message_id:str}/move", opt=own("message"), status_code=200)
async def move_message(
    message_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster, data: JSONBody[Move]
) -> MessageShown:
    """Move a message."""
    owner, tree = caller.person.id, tapster.chats.tree
    match data.to:
        case "up":
            moved = await tree.move_up(owner, message_id, version=data.version)
        case "down":
            moved = await tree.move_down(owner, message_id, version=data.version)
        case "below":
            moved = await tree.move_below(owner, message_id, data.parent, version=data.version)
    return await show(owner, tapster, moved)


@get("/api/messages/{message_id:str}/swipes", opt=own("message"))
async def list_swipes(
    message_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster
) -> Alternatives:
    """List a message among its alternatives."""
    messages = await tapster.chats.windows.swipes(caller.person.id, message_id)
    placed = tuple(
        Placed(message=message, swipe=place, swipes=len(messages))
        for place, message in enumerate(messages)
    )
    return Alternatives(await show_all(tapster, placed))


@post("/api/messages/{message_id:str}/alternatives", opt=own("message"))
async def add_alternative(
    message_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster, data: JSONBody[Words]
) -> MessageShown:
    """Write an alternative by hand, and show it."""
    owner = caller.person.id
    message = await tapster.chats.tree.swipe(owner, message_id, _words(data.text, data.parts))
    return await show(owner, tapster, message)


@get("/api/messages/{message_id:str}/editions", opt=own("message"))
async def list_editions(
    message_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster
) -> Editions:
    """List the earlier versions of a message."""
    return Editions(await tapster.chats.tree.editions(caller.person.id, message_id))


@post(
    "/api/messages/{message_id:str}/editions/{edition_id:str}/return",
    opt=own("message"),
    status_code=200,
)
async def return_to_edition(
    message_id: FromPath[str],
    edition_id: FromPath[str],
    caller: ThisCaller,
    tapster: ThisTapster,
    version: FromQuery[int | None] = None,
) -> MessageShown:
    """Let a message say again what it said earlier."""
    owner = caller.person.id
    message = await tapster.chats.tree.return_to(owner, message_id, edition_id, version=version)
    return await show(owner, tapster, message)


def _words(text: str | None, parts: tuple[Part, ...] | None) -> str | tuple[Part, ...]:
    if (text is None) == (parts is None):
        raise InvalidInput("Give the words as `text`, or `parts`: one of the two.", field="text")
    return parts if parts is not None else text or ""


ROUTES = (
    read_messages,
    say,
    show_message,
    change_message,
    delete_message,
    restore_message,
    move_message,
    list_swipes,
    add_alternative,
    list_editions,
    return_to_edition,
)
