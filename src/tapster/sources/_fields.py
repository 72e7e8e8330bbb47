"""Fields of the body that settings become: what a person who writes requests wants to know."""

from tapster.sources._protocol import Source
from tapster.sources._source import HttpSource


def renamed(source: Source) -> dict[str, str]:
    """Return the endpoint's own name of each setting of `source` that it calls otherwise."""
    wires = getattr(getattr(source, "dialect", None), "wires", {})
    found = {setting.name: wires.get(setting.name) for setting in source.settings()}
    return {name: wire for name, wire in found.items() if isinstance(wire, str) and wire != name}


def passed_over(source: Source) -> tuple[str, ...]:
    """Return the settings that are kept back: the endpoint of `source` does nothing with them."""
    return tuple(sorted(source.ignores.names)) if isinstance(source, HttpSource) else ()
