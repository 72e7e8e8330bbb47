import pytest

from tapster.core.messages import Part, Role, Text
from turns import Said, Words


@pytest.fixture
def words():
    return Words()


@pytest.fixture
def said():
    """Make a chat, oldest first, of `role words` lines; ids are m1, m2, …"""

    def chat(*lines: "str | tuple[Role, tuple[Part, ...]]", hidden: tuple[int, ...] = ()):
        made = []
        for number, line in enumerate(lines, 1):
            role, parts = line if isinstance(line, tuple) else _read(line)
            made.append(Said(f"m{number}", role, parts, hidden=number in hidden))
        return made[::-1]

    return chat


def _read(line: str) -> tuple[Role, tuple[Part, ...]]:
    role, _, text = line.partition(" ")
    return {"u": "user", "a": "assistant", "s": "system"}[role], (Text(text),)
