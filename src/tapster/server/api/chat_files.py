"""Chats as files: taken out in one of four forms, and brought in."""

from typing import Annotated, Any

from litestar import Request, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Stream

from tapster.chats.exports import Form
from tapster.chats.imports import MOST_BYTES, Imported
from tapster.server.downloads import to_save
from tapster.server.gate import ThisCaller, ThisTapster, own

_KINDS: dict[Form, tuple[str, str]] = {
    "json": (".json", "application/json"),
    "jsonl": (".jsonl", "application/jsonl"),
    "markdown": (".md", "text/markdown"),
    "text": (".txt", "text/plain"),
}


@get("/api/chats/{chat_id:str}/export", opt=own("chat"))
async def export_chat(
    chat_id: FromPath[str],
    caller: ThisCaller,
    tapster: ThisTapster,
    form: FromQuery[Form] = "json",
    files: Annotated[
        bool, QueryParameter(description="Whether attached files go along (json only).")
    ] = True,
) -> Stream:
    """Save a chat. `json` has all of it, `jsonl` is SillyTavern's, the others are to be read."""
    chat, pieces = await tapster.exports.write(caller.person.id, chat_id, form, files=files)
    ending, kind = _KINDS[form]
    headers = {"cache-control": "private, no-store"} | to_save(chat.title or "chat", ending=ending)
    return Stream(pieces, media_type=kind, headers=headers)


@post("/api/chats/import", opt=own("chat"), request_max_body_size=MOST_BYTES)
async def import_chat(
    request: Request[Any, Any, Any],
    caller: ThisCaller,
    tapster: ThisTapster,
    name: Annotated[str, QueryParameter(max_length=1000)] = "",
) -> Imported:
    """Make a chat of the body: a `json` or `jsonl` as exported, or a chat file of SillyTavern.

    `name` is the name of the file. All of it gets new ids; `notes` say what was left out.
    """
    return await tapster.imports.read(caller.person.id, await request.body(), name=name)


ROUTES = (export_chat, import_chat)
