"""Text that must be taken apart as it streams: inline thinking, and an echoed prefix."""

_OPEN = ("<think>", "<thinking>")
_CLOSE = {"<think>": "</think>", "<thinking>": "</thinking>"}


class InlineThinking:
    """Splits one choice's text into thinking and words, at tags that may come in pieces.

    Only a tag at the very beginning opens: further down it is something being talked about.
    """

    def __init__(self) -> None:
        self._held = ""
        self._closing: str | None = None
        self._trim = False
        self._done = False

    def feed(self, text: str) -> tuple[str, str]:
        """Return the thinking and the words that `text` completes."""
        if self._done:
            return "", self._trimmed(text)
        self._held += text
        if self._closing is None and not self._opened():
            if self._may_open():
                return "", ""
            self._done = True
            return "", self._release()
        return self._until_closed()

    def close(self) -> tuple[str, str]:
        """Return the thinking and the words still held back."""
        held = self._release()
        return ("", held) if self._closing is None or self._done else (held, "")

    def _opened(self) -> bool:
        start = self._held.lstrip()
        for tag in _OPEN:
            if start.startswith(tag):
                self._held = start[len(tag) :]
                self._closing = _CLOSE[tag]
                self._trim = True
                return True
        return False

    def _may_open(self) -> bool:
        start = self._held.lstrip()
        return any(tag.startswith(start) for tag in _OPEN)

    def _until_closed(self) -> tuple[str, str]:
        closing = self._closing or ""
        thought, tag, rest = self._held.partition(closing)
        if tag:
            thought = self._trimmed(thought)
            self._held = ""
            self._done = self._trim = True
            return thought, self._trimmed(rest)
        kept = _overlap(self._held, closing)
        ready = self._held[: len(self._held) - kept]
        self._held = self._held[len(ready) :]
        return self._trimmed(ready), ""

    def _trimmed(self, text: str) -> str:
        """Return `text` without the blank lines that follow a tag."""
        if self._trim and text:
            text = text.lstrip("\r\n")
            self._trim = not text
        return text

    def _release(self) -> str:
        held, self._held = self._held, ""
        return held


def split_thinking(text: str) -> tuple[str, str]:
    """Return thinking and words of a whole text; the opening tag may be missing, because some
    chat templates put it into the prompt.
    """
    start = text.lstrip()
    if not start.startswith(_OPEN):
        for closing in _CLOSE.values():
            thought, tag, rest = text.partition(closing)
            if tag:
                return thought.strip("\r\n"), rest.lstrip("\r\n")
        return "", text
    splitter = InlineThinking()
    thought, words = splitter.feed(text)
    more, rest = splitter.close()
    return thought + more, words + rest


class EchoedPrefix:
    """Takes a prefix out of a text's beginning, once, if the text does begin with it."""

    def __init__(self, prefix: str) -> None:
        self._awaited = prefix
        self._held = ""

    def feed(self, text: str) -> str:
        """Return what of `text` is new."""
        if not self._awaited:
            return text
        self._held += text
        if self._held.startswith(self._awaited):
            rest, self._held = self._held[len(self._awaited) :], ""
            self._awaited = ""
            return rest
        return "" if self._awaited.startswith(self._held) else self.close()

    def close(self) -> str:
        """Return what was held back."""
        held, self._held, self._awaited = self._held, "", ""
        return held


def _overlap(text: str, tag: str) -> int:
    """Return how many characters at the end of `text` may be the beginning of `tag`."""
    return next(
        (
            size
            for size in range(min(len(text), len(tag) - 1), 0, -1)
            if tag.startswith(text[-size:])
        ),
        0,
    )
