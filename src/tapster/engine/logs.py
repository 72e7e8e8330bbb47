"""What llama.cpp's log says was wrong with a model that could not be loaded."""

from pathlib import Path

# Where it looks whether the file's chat template can be used, and what is wrong with it.
_BROKEN_TEMPLATE = "chat template parsing error"
_TEMPLATE_WORDS = ("common_chat_templates_init: error: ", "Error: Jinja Exception: ")
_LONGEST = 200


def lines_of(path: Path) -> list[str]:
    """Return the lines of the log at `path`; none if it cannot be read."""
    try:
        return path.read_text(errors="replace").splitlines()
    except OSError:
        return []


def loading_error(lines: list[str]) -> str:
    """Return what is wrong with the file, or nothing."""
    return _after(lines, "error loading model").strip(" :")


def template_error(lines: list[str]) -> str | None:
    """Return what is wrong with the chat template; `None` if nothing is."""
    if not any(_BROKEN_TEMPLATE in line for line in lines):
        return None
    found = (_after(lines, mark) for mark in _TEMPLATE_WORDS)
    return next(filter(None, found), "it is no Jinja")


def _after(lines: list[str], mark: str) -> str:
    found = (line.partition(mark)[2].strip()[:_LONGEST] for line in lines)
    return next(filter(None, found), "")
