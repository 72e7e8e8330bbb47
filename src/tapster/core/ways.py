"""Where a person does what a sentence asks for: on the page, and in a terminal."""


def under_connections(command: str) -> str:
    """Return the place of the page, and the `command` that does the same."""
    return f"under API Connections, or with `{command}`"
