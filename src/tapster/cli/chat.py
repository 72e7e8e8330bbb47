"""`tapster chat`: one question, a piped one, or a conversation."""

import os
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from tapster.cli._asking import read_stdin
from tapster.cli._farewell import heeding
from tapster.cli._terminal import opened, run
from tapster.core.errors import InvalidInput, TapsterError
from tapster.core.ways import as_sentence

if TYPE_CHECKING:
    from tapster.cli._opening import Opening
    from tapster.cli._showing import Manner

_LONGEST_PROMPT = 16 << 20


def chat(
    context: typer.Context,
    prompt: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PROMPT",
            help="What to say; `-` stands for standard input. Without it, a conversation begins.",
        ),
    ] = None,
    *,
    connection: Annotated[
        str | None,
        typer.Option("-c", "--connection", help="Connection to use; else the one saved last."),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option("-m", "--model", help="Model id, or CONNECTION/ID for both at once."),
    ] = None,
    again: Annotated[
        bool, typer.Option("--continue", help="Go on with the chat that changed last.")
    ] = False,
    chat_id: Annotated[
        str | None,
        typer.Option("--chat", metavar="ID", help="Go on with this chat; its id may be cut."),
    ] = None,
    save: Annotated[
        bool, typer.Option("--save/--no-save", help="Keep the conversation as a chat.")
    ] = True,
    system: Annotated[str | None, typer.Option(help="System prompt.")] = None,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, help="Longest answer, in tokens.")
    ] = None,
    temperature: Annotated[float | None, typer.Option(help="0 is predictable.")] = None,
    stream: Annotated[bool, typer.Option("--stream/--no-stream", help="Show as it comes.")] = True,
    reasoning: Annotated[
        bool, typer.Option("--reasoning/--no-reasoning", help="Show the model's thinking, too.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Chat. With nothing configured, the embedded model answers."""
    from tapster.cli._opening import Opening
    from tapster.cli._showing import Manner
    from tapster.core.requests import Settings

    said = _read_prompt(prompt or [])
    if not said and as_json:
        raise InvalidInput("--json needs something to say: give a prompt.", field="prompt")
    manner = Manner(
        stream=stream and not as_json,
        reasoning=reasoning,
        as_json=as_json,
        system=system,
        settings=Settings(max_tokens=max_tokens, temperature=temperature),
    )
    opening = Opening(connection=connection, model=model, chat=chat_id, again=again, keep=save)
    with heeding() as farewell:
        if said:
            run(_ask_once(context, said, opening, manner))
        else:
            from tapster.cli._repl import talk

            talk(context, opening, manner, farewell)


def _read_prompt(words: list[str]) -> str:
    """Return what is to be said, or nothing where a conversation is wanted."""
    if not words and sys.stdin.isatty():
        return ""
    words = [_as_utf8(word) for word in words]
    said = " ".join(words)
    if not words or "-" in words:
        piped = read_stdin(_LONGEST_PROMPT).strip()
        said = "\n\n".join(
            part for part in (" ".join(word for word in words if word != "-"), piped) if part
        )
    if not said.strip():
        raise InvalidInput("There is nothing to say: the prompt is empty.", field="prompt")
    return said


def _as_utf8(word: str) -> str:
    """Return a word of the command line, which the system may have read as something else."""
    try:
        return os.fsencode(word).decode()
    except UnicodeError:
        raise InvalidInput("The prompt is not UTF-8 text.", field="prompt") from None


async def _ask_once(
    context: typer.Context, said: str, opening: "Opening", manner: "Manner"
) -> None:
    async with opened(context) as tapster:
        conversation = await opening.open(tapster, manner)
        try:
            await conversation.ask(said)
        except TapsterError as error:
            if await conversation.is_unanswered():
                error.message = as_sentence(error.message) + (
                    " What you said is kept: `tapster chat --continue`, and /swipe there, asks "
                    "again."
                )
            raise
