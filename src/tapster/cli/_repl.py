"""The conversation loop: reads lines, knows a few commands, keeps a history."""

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tapster.cli._desk import Desk, desk
from tapster.cli._farewell import Farewell
from tapster.cli._opening import Opening, Talk
from tapster.cli._showing import Manner
from tapster.cli._terminal import clear_line, note, one_line, printable
from tapster.core.errors import TapsterError

HELP = """\
/help           this
/model [ID]     show or change the model (CONNECTION/ID changes both)
/swipe          another answer to the last message, or one if it has none
/continue       let the last answer go on where it ended
/undo           take back the last message and its answer
/save FILE      write the conversation to a file, as Markdown
/quit           leave (also Ctrl-D)
Ctrl-C stops an answer and keeps what came; //text says a text that begins with a slash."""


def talk(context: Any, opening: Opening, manner: Manner, farewell: Farewell) -> None:
    """Talk until the person leaves."""
    with desk(context) as open_desk:
        conversation = open_desk.do(opening.open(open_desk.tapster, manner))
        note("Type a message; /help lists commands, Ctrl-D leaves.")
        with _history(open_desk.tapster.config.data_dir / "chat-history"):
            _Talk(open_desk, conversation, farewell).until_the_end()


@dataclass
class _Talk:
    desk: Desk
    conversation: Talk
    farewell: Farewell

    def until_the_end(self) -> None:
        """Read and answer lines until `/quit` or Ctrl-D."""
        while True:
            try:
                line = _read_line()
            except KeyboardInterrupt:
                if self.farewell.was_said:
                    raise
                note("\n(Ctrl-D or /quit leaves)")
                continue
            if line is None or line == "/quit":
                return
            if not line:
                continue
            try:
                self._take(line)
            except TapsterError as error:
                note(one_line(error.message))
                self._tell_what_is_kept()
            except KeyboardInterrupt:
                if self.farewell.was_said:
                    raise
                # What is in the line: the loading of a model, or just ^C.
                clear_line()
                note("[stopped]")
                self._tell_what_is_kept()

    def _tell_what_is_kept(self) -> None:
        if self.desk.do(self.conversation.is_unanswered()):
            note("What you said is kept: /swipe asks again, /undo takes it back.")

    def _take(self, line: str) -> None:
        if line.startswith("/") and not line.startswith("//"):
            self._obey(line)
        else:
            said = line[1:] if line.startswith("//") else line
            self.desk.do(self.conversation.ask(said))

    def _obey(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        rest = rest.strip()
        match word:
            case "/help":
                note(HELP)
            case "/model":
                if rest:
                    self.desk.do(self._change_model(rest))
                note(f"{self.conversation.connection.slug}/{self.conversation.model}")
            case "/swipe":
                self._swipe()
            case "/continue":
                self._go_on()
            case "/undo":
                self._undo()
            case "/save":
                self._save(rest)
            case _:
                note(f"There is no command {word}. /help lists them.")

    async def _change_model(self, name: str) -> None:
        conversation = self.conversation
        slugs = {each.slug for each in await conversation.tapster.connections.all()}
        if name.partition("/")[0] in slugs:
            aimed = await conversation.tapster.gateway.aim(name)
            await conversation.turn_to(aimed.connection, aimed.model)
        else:
            await conversation.turn_to(conversation.connection, name)

    def _swipe(self) -> None:
        if not self.desk.do(self.conversation.swipe()):
            note("Nothing was said yet, so there is nothing to answer.")

    def _go_on(self) -> None:
        if not self.desk.do(self.conversation.go_on()):
            note("There is no kept answer to go on with.")

    def _undo(self) -> None:
        taken_back = self.desk.do(self.conversation.undo())
        if taken_back is None:
            note("There is nothing to take back.")
        else:
            note(f"Took back: {one_line(taken_back)[:80]}")

    def _save(self, name: str) -> None:
        if not name:
            note("Say where: /save FILE")
            return
        said = self.desk.do(self.conversation.said())
        if not any(role != "system" for role, _ in said):
            note("Nothing was said yet, so there is nothing to save.")
            return
        path = Path(name).expanduser()
        lines = [f"**{role}**\n\n{text}\n" for role, text in said]
        try:
            with path.open("x", encoding="utf-8", errors="replace") as file:
                file.write("\n".join(lines))
        except FileExistsError:
            note(f"{path} exists already: choose another name.")
        except (OSError, ValueError) as error:
            note(f"{path} cannot be written: {getattr(error, 'strerror', None) or error}.")
        else:
            note(f"Saved to {path}.")


def _read_line() -> str | None:
    """Return the next line the person typed, or nothing at the end."""
    prompt = "> "
    if not sys.stdout.isatty():
        # The answers go elsewhere: the prompt does not belong among them.
        sys.stderr.write(prompt)
        sys.stderr.flush()
        prompt = ""
    try:
        return printable(input(prompt)).strip()
    except EOFError:
        note("")
        return None
    except UnicodeDecodeError:
        note("That was not UTF-8 text.")
        return ""


@contextlib.contextmanager
def _history(file: Path) -> Iterator[None]:
    """Keep what was typed for the next time, where the platform can."""
    try:
        import readline
    except ImportError:
        yield
        return
    with contextlib.suppress(OSError):
        readline.read_history_file(file)
    readline.set_history_length(1000)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            file.touch(mode=0o600)
            readline.write_history_file(file)
