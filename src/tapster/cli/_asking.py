"""Asking the person: for keys and passphrases, for a yes, for one of many."""

import getpass
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from tapster.cli._terminal import note, printable
from tapster.core.errors import InvalidInput
from tapster.core.secrets import Secret

_LARGEST_KEY = 1 << 20


def read_key(prompt: str, *, from_stdin: bool) -> Secret:
    """Return a key from standard input or, without echo, from the keyboard."""
    from tapster.app.drafts import accept_secret

    if from_stdin or not sys.stdin.isatty():
        return accept_secret(Secret(read_stdin(_LARGEST_KEY)))
    return accept_secret(Secret(ask_hidden(prompt)))


def read_password(prompt: str, *, from_stdin: bool) -> Secret:
    """Return a new password from the first line of standard input or, twice, from the keyboard."""
    if from_stdin or not sys.stdin.isatty():
        password = read_stdin(_LARGEST_KEY).partition("\n")[0].rstrip("\r")
    else:
        password = ask_hidden(prompt)
        if password and ask_hidden("Again") != password:
            raise InvalidInput("The two passwords are not the same.", field="password")
    return Secret(password)


def read_passphrase(prompt: str, *, twice: bool = False) -> Secret:
    """Return a passphrase from the keyboard or the first line of standard input."""
    if not sys.stdin.isatty():
        passphrase = read_stdin(_LARGEST_KEY).partition("\n")[0].rstrip("\r")
    else:
        passphrase = ask_hidden(prompt)
        if twice and passphrase and ask_hidden("Again") != passphrase:
            raise InvalidInput("The two passphrases are not the same.", field="passphrase")
    if not passphrase:
        raise InvalidInput("The passphrase is empty.", field="passphrase")
    return Secret(passphrase)


def read_stdin(longest: int) -> str:
    """Return standard input as text. Raises `InvalidInput` for what is none, or too long."""
    source = getattr(sys.stdin, "buffer", None)
    raw = source.read(longest + 1) if source else sys.stdin.read(longest + 1).encode()
    if len(raw) > longest:
        raise InvalidInput(f"Standard input is longer than {longest >> 20} MB.")
    try:
        return str(raw, "utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidInput(
            f"Standard input is not UTF-8 text (at byte {error.start + 1}): convert it first, for "
            "instance with iconv."
        ) from None


def ask_hidden(prompt: str) -> str:
    """Return a line from the keyboard that is not shown."""
    with _leaving():
        return getpass.getpass(f"{prompt}: ")


def ask(question: str, *, default: str = "") -> str:
    """Return a line from the keyboard, or `default` for an empty one."""
    offer = f" [{default}]" if default else ""
    with _leaving():
        return input(f"{printable(question)}{offer}: ").strip() or default


def confirm(question: str, *, otherwise: str) -> bool:
    """Return whether the person says yes; `otherwise` names the option that answers for them."""
    sys.stderr.write(f"{printable(question)} [y/N]: ")
    sys.stderr.flush()
    if not sys.stdin.isatty():
        line = sys.stdin.readline()
        note("")
        if not line:
            raise InvalidInput(f"Nobody is there to answer: {otherwise}")
    else:
        with _leaving():
            line = input()
    return line.strip().casefold() in {"y", "yes"}


@contextmanager
def _leaving() -> Iterator[None]:
    """Let Ctrl-D leave as Ctrl-C does, both in a fresh line."""
    try:
        yield
    except (EOFError, KeyboardInterrupt):
        note("")
        raise KeyboardInterrupt from None


@dataclass(frozen=True)
class Choice:
    """One of many: what it is called for programs and for people."""

    id: str
    title: str = ""


def show_choices(choices: Sequence[Choice]) -> None:
    """Print numbered choices, in as many columns as the terminal is wide."""
    cells = [
        f"{number:>{len(str(len(choices)))}}  {printable(choice.title or choice.id)}"
        for number, choice in enumerate(choices, 1)
    ]
    room = max(map(len, cells)) + 3
    across = max(1, min(4, shutil.get_terminal_size().columns // room))
    down = -(-len(cells) // across)
    for row in range(down):
        print("".join(cell.ljust(room) for cell in cells[row::down]).rstrip())


def matching(choices: Sequence[Choice], answer: str) -> list[Choice]:
    """Return what `answer` may mean: a number, an id, a title, or a part of either."""
    if answer.isdigit() and 1 <= int(answer) <= len(choices):
        return [choices[int(answer) - 1]]
    wanted = answer.casefold()
    exact = [each for each in choices if wanted in {each.id.casefold(), each.title.casefold()}]
    return exact or [
        each for each in choices if wanted in each.id.casefold() or wanted in each.title.casefold()
    ]
