"""The reference of all commands, written from the commands themselves.

`python -m tapster.cli._reference` prints it; docs/commands.md is its output.
"""

import sys
from collections.abc import Iterator
from typing import Any

import typer

from tapster.cli._entry import app

_HEAD = """# Commands

Written from the commands themselves by `python -m tapster.cli._reference`.

Exit codes: 0 done, 1 the provider or server refused, 2 usage, 130 interrupted. A failure is one
line on standard error. Keys and passphrases are read from a prompt or standard input, never from
an argument.
"""


def render_commands() -> str:
    """Return the whole page as Markdown."""
    root: Any = typer.main.get_command(app)
    sections = [_HEAD]
    for words, command in _commands(root, ("tapster",)):
        sections.append(f"## `{' '.join(words)}`\n\n{_about(command)}")
    return "\n".join(sections)


def _commands(command: Any, words: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name in command.list_commands(None):
        inner = command.commands[name]
        if getattr(inner, "commands", None):
            yield from _commands(inner, (*words, name))
        else:
            yield (*words, name), inner


def _about(command: Any) -> str:
    lines = [f"{(command.help or '').strip()}\n"]
    for parameter in command.params:
        if "--help" in parameter.opts:
            continue
        if parameter.param_type_name == "argument":
            label = parameter.name.upper().rstrip("_")
        else:
            label = ", ".join(parameter.opts)
            if parameter.secondary_opts:
                label += " / " + ", ".join(parameter.secondary_opts)
        needed = " Required." if parameter.required else ""
        lines.append(f"- `{label}`: {getattr(parameter, 'help', '') or ''}{needed}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(render_commands())
