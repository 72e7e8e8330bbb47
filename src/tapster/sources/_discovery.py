"""Finds the sources: the modules of this folder, and what other packages register."""

import importlib
import pkgutil
from collections.abc import Mapping
from difflib import get_close_matches
from functools import cache
from importlib.metadata import entry_points
from types import MappingProxyType

import tapster.sources as folder
from tapster.core.errors import InvalidInput
from tapster.sources._protocol import Source

GROUP = "tapster.sources"


@cache
def all_sources() -> Mapping[str, Source]:
    """Return every source by id: preferred ones first, then by title."""
    found: list[Source] = [
        importlib.import_module(f"{folder.__name__}.{module.name}").source
        for module in pkgutil.iter_modules(folder.__path__)
        if not module.name.startswith("_")
    ]
    found += [entry.load() for entry in entry_points(group=GROUP)]
    found.sort(key=lambda source: (source.rank, source.title.casefold()))
    # There is one for all of this process.
    return MappingProxyType({source.id: source for source in found})


def find_source(id_: str) -> Source:
    """Return the source `id_`, or raise `InvalidInput` that names the nearest ones."""
    sources = all_sources()
    if source := sources.get(id_):
        return source
    near = get_close_matches(id_.casefold(), sources, n=3, cutoff=0.7)
    hint = f"Did you mean {' or '.join(near)}? " if near else ""
    raise InvalidInput(
        f"There is no source {id_!r}. {hint}`tapster sources` lists them all; "
        "any OpenAI-compatible endpoint goes with the source that takes your own address.",
        field="source",
    )
