"""How `--help` looks: commands in groups, every option's name in full, nothing drawn."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import typer.core

_WIDEST = 100


class Commands(typer.core.TyperGroup):
    """A group of commands whose help shows the first sentences of each, never cut off."""

    # Heading to the names below it, in the order they are shown; what is not named comes last.
    headings: ClassVar[Mapping[str, tuple[str, ...]]] = {}

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the commands in the order of their headings."""
        placed = [name for names in self.headings.values() for name in names]
        every = super().list_commands(ctx)
        return [name for name in placed if name in every] + [
            name for name in every if name not in placed
        ]

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        """Write the commands, heading by heading."""
        names = self.list_commands(ctx)
        widest = max(map(len, names), default=0)
        for heading, below in self._sections(names):
            with formatter.section(heading):
                formatter.write_dl(
                    [(name.ljust(widest), self._sentence(ctx, name)) for name in below]
                )

    def _sections(self, names: list[str]) -> Iterator[tuple[str, list[str]]]:
        left = list(names)
        for heading, below in self.headings.items():
            here = [name for name in below if name in left]
            left = [name for name in left if name not in here]
            if here:
                yield heading, here
        if left:
            yield "Commands", left

    def _sentence(self, ctx: Any, name: str) -> str:
        command = self.get_command(ctx, name)
        words = (command.help or "").partition("\n\n")[0] if command else ""
        return " ".join(words.split())


class Listing(Commands):
    """A group that lists where no command is named; `named` takes a word that is no command."""

    named: ClassVar[str] = "list"

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put in the command that was left out."""
        first = args[0] if args else ""
        if first not in self.commands and first not in ctx.help_option_names:
            bare = first and not first.startswith("-")
            args = [self.named if bare else "list", *args]
        return super().parse_args(ctx, args)


def context_settings() -> dict[str, Any]:
    """Return what every command shares: the words for help, and how wide it may be."""
    return {"help_option_names": ["-h", "--help"], "max_content_width": _WIDEST}
