"""Servers, as a terminal shows what they say of themselves."""

from collections.abc import Iterator

from tapster.cli._terminal import one_line
from tapster.core.servers import ChatTemplate, Server


def named(server: Server) -> str:
    """Return the name and version of a server in a few words."""
    return " ".join(filter(None, (server.title or "another server", server.version)))


def described(server: Server) -> Iterator[str]:
    """Yield what a server says of itself, a line for each."""
    loaded = ", ".join(model.id for model in server.loaded)
    slots = f" in each of {server.slots} slots" if (server.slots or 1) > 1 else ""
    facts = {
        "server": named(server),
        "loads with": server.engine,
        "loaded": loaded,
        "context": f"{server.context:,} tokens{slots}" if server.context else None,
        "chat template": _template(server.template) if server.template else None,
    }
    for name, fact in facts.items():
        if fact:
            yield f"{name:14}{one_line(fact)}"


def _template(template: ChatTemplate) -> str:
    length = f"{template.length:,} characters" if template.length is not None else None
    return ", ".join(filter(None, (template.name, length)))
