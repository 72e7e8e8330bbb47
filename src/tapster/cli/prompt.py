"""`tapster prompt`: the very request a chat would send, and what it is made of."""

import json
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from tapster.cli._kept import find_chat, last_chat, settled
from tapster.cli._tables import show_json
from tapster.cli._terminal import counted, note, one_line, printable, run
from tapster.core.errors import InvalidInput

if TYPE_CHECKING:
    from tapster.app import Tapster
    from tapster.app.writer import Preview
    from tapster.core.runs import RunKind
    from tapster.prompts import Report

_KINDS = ("say", "swipe", "regenerate", "continue", "impersonate", "quiet")


# What would be sent is told of: one of these.
_WHICH = {
    "say": "An answer to the last message",
    "swipe": "Another answer to the last question",
    "regenerate": "Another answer to the last question",
    "continue": "Going on with the last answer",
    "impersonate": "Writing your next message",
    "quiet": "A quiet request",
}


def prompt(
    context: typer.Context,
    chat_id: Annotated[
        str | None,
        typer.Argument(metavar="[CHAT]", help="A chat's id, or how it begins; else the last one."),
    ] = None,
    *,
    said: Annotated[
        str, typer.Option("--say", metavar="TEXT", help="As if this were said. It is not kept.")
    ] = "",
    kind: Annotated[
        str | None, typer.Option(help="say, swipe, continue, impersonate or quiet.")
    ] = None,
    instruction: Annotated[
        str, typer.Option(help="What a quiet request is for; what to impersonate about.")
    ] = "",
    new: Annotated[bool, typer.Option("--new", help="As if a new chat began.")] = False,
    system: Annotated[str | None, typer.Option(help="System prompt, with --new.")] = None,
    connection: Annotated[
        str | None, typer.Option("-c", "--connection", help="Instead of the chat's own.")
    ] = None,
    model: Annotated[
        str | None, typer.Option("-m", "--model", help="Instead of the chat's own.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the exact request a chat would send. Nothing is sent; keys are covered."""
    wanted = _kind(kind)
    if system is not None and not new:
        raise InvalidInput("--system is for --new: a chat has its own.", field="system")
    if new and (chat_id or not said):
        raise InvalidInput("--new takes --say TEXT and no chat.", field="new")

    async def look(tapster: "Tapster") -> "tuple[str, Preview]":
        from tapster.core.people import ME

        over = (await tapster.connections.find(connection)).id if connection else None
        if new:
            from tapster.core.chats import Chat

            chat = Chat(id="new", owner=ME, system=system or "", connection=over, model=model)
            return _WHICH["say"], await tapster.previews.of_new(chat, said, in_full=True)
        what: str = wanted or "say"
        found = await (find_chat(tapster, chat_id) if chat_id else last_chat(tapster))
        window = await tapster.chats.windows.open(ME, found.id, limit=1)
        if wanted is None and not said and window.messages:
            what = "swipe" if window.messages[-1].message.role == "assistant" else "say"
        preview = await tapster.previews.of(
            ME,
            found.id,
            said=said,
            kind=wanted,
            instruction=instruction,
            connection=over,
            model=model,
            in_full=True,
        )
        return _WHICH[what], preview

    async def work() -> None:
        async with settled(context) as tapster:
            which, preview = await look(tapster)
        if as_json:
            show_json(preview)
        else:
            note(f"{which} would send:")
            _show(preview)

    run(work())


def _show(preview: "Preview") -> None:
    request = preview.request
    print(f"{request.method} {one_line(request.url)}")
    for name, value in request.headers.items():
        print(f"{name}: {one_line(value)}")
    body: Any = msgspec.to_builtins(request.body)
    print(f"\n{printable(json.dumps(body, ensure_ascii=False, indent=2))}")
    for words in request.notices:
        note(words)
    _tell(preview.report)


# How much of the tokens the server counted itself.
_COUNTED = {
    "whole": "The server counted the whole; the numbers of its parts are estimated.",
    "all but the opening": "The server counted the whole; the numbers of its parts are estimated.",
    "words": "The server counted the words; what its template lays around them is estimated.",
    "guess": "The server counted, by a vocabulary that need not be the model's.",
}


def _tell(report: "Report") -> None:
    """Say beside the request what it is made of."""
    about = "about " if report.estimated else ""
    exactly = report.counted is not None and report.counting not in {"words", "guess"}
    total = report.total if report.counted is None else report.counted
    assumed = ", which is assumed" if report.context_assumed else ""
    opening = report.context - report.reply - report.budget
    messages = counted(len(report.items), "message")
    note(
        f"\n{messages}, {'' if exactly else about}{total:,} of {report.budget:,} tokens "
        f"(the model's {report.context:,}{assumed}, less {report.reply:,} for the answer "
        f"and {opening} that open it)"
    )
    if report.counted is not None:
        note(_COUNTED[report.counting])
    for item in report.items:
        if item.label != "history":
            note(f"  {item.label}: {about}{item.tokens:,} tokens")
    for cut in report.cuts:
        older = " and all before them" if cut.and_older else ""
        note(f"  left out ({cut.why}): {counted(cut.count, 'message')}{older}")


def _kind(given: str | None) -> "RunKind | None":
    match given:
        case None | "say" | "swipe" | "regenerate" | "continue" | "impersonate" | "quiet":
            return given
        case _:
            raise InvalidInput(
                f"{given[:40]!r} is no kind of request: there are {', '.join(_KINDS)}.",
                field="kind",
            )
