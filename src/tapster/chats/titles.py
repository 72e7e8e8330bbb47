"""What is said, on one line without the marks of Markdown: as the title of a chat, for instance."""

import re
from collections.abc import Iterable, Iterator

_LONGEST = 60
# So much of each text is read: with many spaces or marks in it, it still makes a whole title.
_READ = 1_000

_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_RULE = re.compile(r" {0,3}(?:([-*_])(?:[ \t]*\1){2,}|=+)[ \t]*")
_BLOCK = re.compile(r"^[ \t]*(?:(?:>|[-*+][ \t])[ \t]*)*(?:#{1,6}[ \t]+)?")
_CLOSING = re.compile(r"[ \t]+#+[ \t]*$")

# Without any of these no word is marked.
_MARK = re.compile(r"[`\\\[<*_~|]")

# What stands for itself: code, and a sign behind a backslash.
_LITERAL = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)|\\([!-/:-@\[-`{-~])")
# Stands in for a literal meanwhile, around its number. No text that is kept holds one.
_HOLE = "\0"

_LINK = re.compile(
    r'(?:!|(?<![\w\]]))\[([^\[\]]*)\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+"[^"]*")?\)'
)
_ADDRESS = re.compile(r"<(https?://[^\s<>]+)>")
_PAIRS = (
    re.compile(r"(\*\*\*|\*\*|~~|\|\|)(?=[^\s*~|])(.+?)(?<=\S)\1"),
    # `__init__` is a name of Python more often than a word that somebody means to be bold.
    re.compile(r"(?<!\w)(__)(?=\S)(?!\w+__)(.+?)(?<=\S)__(?!\w)"),
    re.compile(r"(?<![\w*])(\*)(?=[^\s*])([^*]+?)(?<=\S)\*(?![\w*])"),
    re.compile(r"(?<!\w)(_)(?=[^\s_])([^_]+?)(?<=\S)_(?!\w)"),
)


def title_from(texts: Iterable[str], *, longest: int = _LONGEST) -> str:
    """Return the title of a chat that begins with `texts`; empty where they have no words.

    It has at most `longest` signs. Blocks of code, such as files among the words, are passed over
    where there is anything else.
    """
    openings = [text[:_READ] for text in texts]
    prose = _unmarked(" ".join(line for text in openings for line in _prose(text))[:_READ])
    lines = (line for text in openings for line in text.split("\n"))
    code = " ".join(line for line in lines if not _FENCE.match(line))
    return (prose or " ".join(code.split()))[:longest].rstrip()


def _prose(text: str) -> Iterator[str]:
    """Yield the lines of `text` outside of blocks of code, without what makes blocks of them."""
    fence = ""
    for line in text.split("\n"):
        opens = _FENCE.match(line)
        if fence:
            if opens and opens[1].startswith(fence):
                fence = ""
        elif opens:
            fence = opens[1]
        elif not _RULE.fullmatch(line):
            yield _CLOSING.sub("", _BLOCK.sub("", line))


def _unmarked(text: str) -> str:
    if not _MARK.search(text):
        return " ".join(text.split())
    literals: list[str] = []

    def cut(found: re.Match[str]) -> str:
        literals.append(found[3] or found[2].strip())
        return f"{_HOLE}{len(literals) - 1}{_HOLE}"

    text = _LITERAL.sub(cut, text)
    text = _ADDRESS.sub(r"\1", _LINK.sub(r"\1", text))
    for pair in _PAIRS:
        text = pair.sub(r"\2", text)
    # Those that stood in an address are gone with it.
    filled = re.sub(f"{_HOLE}(\\d+){_HOLE}", lambda hole: literals[int(hole[1])], text)
    return " ".join(filled.split())
