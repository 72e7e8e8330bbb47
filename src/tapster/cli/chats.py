"""`tapster chats`: the conversations that are kept."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from tapster.cli._help import Commands
from tapster.cli._kept import find_chat, settled
from tapster.cli._tables import show_json, show_table
from tapster.cli._terminal import moment, note, one_line, opened, printable, run
from tapster.core.errors import Conflict, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from tapster.chats.exports import Form
    from tapster.core.chats import ChatMessage
    from tapster.core.messages import Role

app = typer.Typer(cls=Commands, help="The conversations that are kept.", no_args_is_help=True)

ChatId = Annotated[str, typer.Argument(metavar="ID", help="The chat's id, or how it begins.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_SHORT = 8
_DAY = "%Y-%m-%d"


@app.command("list")
def list_chats(
    context: typer.Context,
    *,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many to list.")] = 50,
    deleted: Annotated[bool, typer.Option("--deleted", help="Those that were deleted.")] = False,
    as_json: Json = False,
) -> None:
    """List chats, pinned ones first, then those that changed last."""
    from tapster.core.people import ME

    async def work() -> None:
        async with opened(context) as tapster:
            page = await tapster.chats.list(ME, limit=limit, deleted=deleted)
            names = {each.id: each.slug for each in await tapster.connections.all()}
        if as_json:
            show_json(page.chats)
            return
        show_table(
            ("ID", "TITLE", "MODEL", "CHANGED", "PINNED"),
            (
                (
                    chat.id[:_SHORT],
                    chat.title,
                    "/".join(filter(None, (names.get(chat.connection or ""), chat.model))),
                    moment(chat.updated_at),
                    "yes" if chat.pinned else "",
                )
                for chat in page.chats
            ),
            empty="There is no chat. Begin one: tapster chat",
        )
        if page.next:
            note(f"There are more: --limit {min(500, limit * 2)} shows them.")

    run(work())


@app.command("show")
def show_chat(
    context: typer.Context,
    chat_id: ChatId,
    *,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many messages.")] = 20,
    as_json: Json = False,
) -> None:
    """Show the last messages of a chat."""
    from tapster.core.people import ME

    async def work() -> None:
        async with settled(context) as tapster:
            chat = await find_chat(tapster, chat_id)
            window = await tapster.chats.windows.open(ME, chat.id, limit=limit)
            messages = [placed.message for placed in window.messages]
            unfinished = {each.id for each in messages if _is_being_written(each)}
            messages = list(await tapster.runs.read_so_far(messages))
        placed = [
            msgspec.structs.replace(each, message=message)
            for each, message in zip(window.messages, messages, strict=True)
        ]
        window = msgspec.structs.replace(window, messages=tuple(placed))
        if as_json:
            show_json(window)
            return
        print(f"{window.chat.id}  {one_line(window.chat.title)}")
        if window.more_before:
            note(f"The last {limit} messages; --limit shows more, `tapster chats export` all.")
        for each in window.messages:
            message = each.message
            marks = [f"{each.swipe + 1} of {each.swipes}"] if each.swipes > 1 else []
            marks += ["hidden"] if message.hidden else []
            marks += ["being written"] if message.id in unfinished else []
            marked = "".join(f"  ({mark})" for mark in marks)
            print(f"\n{_who(message)} · {moment(message.created_at)}{marked}")
            print(printable(message.text))

    run(work())


@app.command("search")
def search_chats(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(metavar="WORDS", help='Words, "phrases", and beginnings of words with *.'),
    ],
    *,
    chat_id: Annotated[str | None, typer.Option("--chat", help="Only in this chat.")] = None,
    role: Annotated[str | None, typer.Option(help="Only what `user` or `assistant` said.")] = None,
    since: Annotated[str | None, typer.Option(help="From this day on: 2026-01-31.")] = None,
    until: Annotated[str | None, typer.Option(help="Up to this day: 2026-01-31.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many to find.")] = 20,
    as_json: Json = False,
) -> None:
    """Find messages in every chat, the newest first."""
    from tapster.core.people import ME

    who = _role(role)
    begins = _day(since, "since") if since else None
    ends = _day(until, "until") + 86_400 if until else None

    async def work() -> None:
        async with settled(context) as tapster:
            chat = await find_chat(tapster, chat_id) if chat_id else None
            page = await tapster.chats.search(
                ME,
                " ".join(words),
                role=who,
                chat_id=chat.id if chat else None,
                since=begins,
                until=ends,
                limit=limit,
            )
        if as_json:
            show_json(page.hits)
            return
        show_table(
            ("CHAT", "TITLE", "WHO", "WHEN", "WORDS"),
            (
                (
                    hit.chat_id[:_SHORT],
                    hit.chat_title,
                    hit.author or hit.role,
                    moment(hit.created_at),
                    hit.snippet.text,
                )
                for hit in page.hits
            ),
            empty="Nothing was found.",
        )

    run(work())


@app.command("export")
def export_chat(
    context: typer.Context,
    chat_id: ChatId,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[FILE]", help="Where to write; without it, standard output."),
    ] = None,
    *,
    form: Annotated[
        str | None,
        typer.Option(
            "--format", help="md, txt, json or jsonl; else by the ending of FILE, else md."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    without_files: Annotated[
        bool, typer.Option("--without-files", help="Leave attached files out (json).")
    ] = False,
) -> None:
    """Write a chat: as Markdown or text as it is shown, as json whole, as jsonl for SillyTavern."""
    chosen = _form("json" if as_json else form, file)

    async def work(take: "Callable[[bytes], object]") -> None:
        from tapster.core.people import ME

        async with settled(context) as tapster:
            chat = await find_chat(tapster, chat_id)
            _, pieces = await tapster.exports.write(ME, chat.id, chosen, files=not without_files)
            async for piece in pieces:
                take(piece)

    if file is None:
        pieces: list[bytes] = []
        run(work(pieces.append))
        text = b"".join(pieces).decode()
        print(text if chosen in {"json", "jsonl"} else printable(text), end="")
        return
    place = file.expanduser()
    try:
        with place.open("xb") as opened_file:
            try:
                run(work(opened_file.write))
            except BaseException:
                place.unlink()
                raise
    except FileExistsError:
        raise Conflict(f"{file} exists already: choose another name.") from None
    except ValueError as error:
        raise InvalidInput(f"{file} cannot be written: {error}.", field="file") from None
    note(f"Saved to {file}.")


def _is_being_written(message: "ChatMessage") -> bool:
    reply = message.reply
    return not message.parts and reply is not None and reply.ended_at is None


def _who(message: "ChatMessage") -> str:
    return one_line(message.author or message.role)


def _form(given: str | None, file: Path | None) -> "Form":
    """Return the form that was named, or the one the file's ending stands for."""
    ending = file.suffix.removeprefix(".").casefold() if file else ""
    match given or ending or "md":
        case "md" | "markdown":
            return "markdown"
        case "txt" | "text":
            return "text"
        case "json" | "jsonl" as form:
            return form
        case other:
            raise InvalidInput(
                f"{other[:40]!r} is no format: there are md, txt, json and jsonl"
                + (", by the ending of the file or --format." if given is None else "."),
                field="format",
            )


def _role(given: str | None) -> "Role | None":
    match given:
        case None | "user" | "assistant" | "system" | "tool":
            return given
        case _:
            raise InvalidInput(
                f"{given[:40]!r} is nobody who speaks: say user, assistant, system or tool.",
                field="role",
            )


def _day(given: str, field: str) -> float:
    """Return when a day begins here."""
    try:
        return time.mktime(time.strptime(given.strip(), _DAY))
    except (ValueError, OverflowError):
        raise InvalidInput(
            f"{given[:40]!r} is no day: write it as year-month-day, such as 2026-01-31.",
            field=field,
        ) from None
