"""Words as searches see them: folded, without accents; each sign of a script without spaces
is a word of its own. Both databases index exactly these.
"""

import re
import unicodedata

from msgspec import Struct

from tapster.core.chats import Snippet
from tapster.core.errors import InvalidInput

MOST_SEARCHED = 200_000
"""How many characters of a message are searched. PostgreSQL keeps at most 1 MB of words."""

_LONGEST_WORD = 200
_LONGEST_QUERY = 1_000
_MOST_TERMS = 32
_AROUND = 80

# Han, kana and the Thai, Lao, Khmer and Myanmar scripts put no spaces between words.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[{_UNSPACED}]|(?:(?![{_UNSPACED}_])\w)+")
# The same in text as it was written, where accents may stand behind their letters.
_WRITTEN = re.compile(
    rf"[{_UNSPACED}][\u0300-\u036f\u3099\u309a]*|(?:(?![{_UNSPACED}_])[\w\u0300-\u036f])+"
)
_TERM = re.compile(r'"([^"]*)"?|(\S+)')


class Term(Struct, frozen=True):
    """Words that must stand in this order; the last may be only the `prefix` of a word."""

    words: tuple[str, ...]
    prefix: bool = False


def words_of(text: str) -> list[str]:
    """Return the folded words of `text`, in order."""
    return [word[:_LONGEST_WORD] for word in _WORD.findall(fold(text[:MOST_SEARCHED]))]


def read_query(query: str) -> tuple[Term, ...]:
    """Return the terms of `query`, all of which must occur: words, "phrases" and prefixes*.

    No sign has another meaning, and none is wrong. Raises `InvalidInput` for a query without
    end.
    """
    if len(query) > _LONGEST_QUERY:
        raise InvalidInput(
            f"The search has {len(query):,} characters: {_LONGEST_QUERY:,} are enough for any "
            "search. Look for fewer words.",
            field="q",
        )
    terms = []
    for phrase, bare in _TERM.findall(query):
        words = tuple(words_of(phrase or bare))
        if words:
            terms.append(Term(words, prefix=bare.endswith("*")))
    if len(terms) > _MOST_TERMS:
        raise InvalidInput(
            f"The search has {len(terms)} words or phrases, and may have {_MOST_TERMS}.", field="q"
        )
    return tuple(dict.fromkeys(terms))


def snippet_of(text: str, terms: tuple[Term, ...], *, around: int = _AROUND) -> Snippet:
    """Return the words around the first place in `text` where a term stands, and mark all."""
    marks = _places(text[:MOST_SEARCHED], terms)
    middle = marks[0][0] if marks else 0
    begin = _word_edge(text, max(0, middle - around))
    end = min(len(text), begin + 3 * around)
    inside = [(a - begin, min(b, end) - begin) for a, b in marks if begin <= a < end]
    return Snippet(text=text[begin:end], marks=tuple(inside))


def fold(text: str) -> str:
    """Return `text` in small letters and without accents, as searches see it."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(sign for sign in apart if not unicodedata.combining(sign))
    # What belongs together in one sign (Hangul) is put together again.
    return unicodedata.normalize("NFC", kept).casefold()


def _places(text: str, terms: tuple[Term, ...]) -> list[tuple[int, int]]:
    found = [(match.start(), match.end()) for match in _WRITTEN.finditer(text)]
    words = [fold(text[start:end])[:_LONGEST_WORD] for start, end in found]
    marks: set[tuple[int, int]] = set()
    for term in terms:
        length = len(term.words)
        *firsts, last = term.words
        for at in range(len(words) - length + 1):
            ends = words[at + length - 1]
            if words[at : at + length - 1] != firsts:
                continue
            if ends == last or (term.prefix and ends.startswith(last)):
                marks.update(found[at : at + length])
    return sorted(marks)


def _word_edge(text: str, at: int) -> int:
    """Return the first place from `at` on, and not far, where a word begins."""
    if at == 0:
        return 0
    space = text.find(" ", at, at + 20)
    return at if space < 0 else space + 1
