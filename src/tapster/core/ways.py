"""Where a person does what a sentence asks for: on the page, and in a terminal.

And how what somebody else said comes to stand before such a sentence.
"""


def under_connections(command: str) -> str:
    """Return the place of the page, and the `command` that does the same."""
    return f"under API Connections, or with `{command}`"


def as_sentence(words: str) -> str:
    """Return `words` with an end, so that a sentence of ours may follow."""
    words = words.rstrip()
    return words if words.endswith((".", "!", "?", "…", ")")) else f"{words}."
