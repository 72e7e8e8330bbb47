"""The page of all sources, written from the sources themselves.

`python -m tapster.sources._table` prints it; docs/sources.md is its output.
"""

import sys
from collections.abc import Iterable

from tapster.core.settings import Setting
from tapster.sources import HttpSource, Option, Source, all_sources, passed_over, renamed

_HEAD = """# Sources

Every kind of provider Tapster can reach. This page is written from the sources themselves by
`python -m tapster.sources._table`; each source is one file in `src/tapster/sources/`.

For every source but those in your browser an endpoint of your own (`--endpoint`) or a proxy preset
may stand in for the provider's address. Write it with or without the version (`/v1`) and without
the path of a call: slashes and tails such as `/chat/completions` are cut off.
"""


def render_table() -> str:
    """Return the whole page as Markdown."""
    sources = list(all_sources().values())
    return "\n".join([_HEAD, *_overview(sources), *(_section(source) for source in sources)])


def _overview(sources: Iterable[Source]) -> list[str]:
    rows = ["| source | id | endpoint | key | environment |", "|---|---|---|---|---|"]
    for source in sources:
        cells = (
            f"[{source.title}]({source.docs})",
            f"`{source.id}`",
            _place_of(source),
            _key_of(source),
            ", ".join(f"`{name}`" for name in source.key_variables) or "–",
        )
        rows.append(f"| {' | '.join(cells)} |")
    return [*rows, ""]


def _place_of(source: Source) -> str:
    if source.ability is not None:
        return "[in your browser](browser-models.md)"
    return f"`{source.base_url}`" if source.base_url else "your own"


def _key_of(source: Source) -> str:
    if source.key_need == "none":
        return "none"
    page = f"[made here]({source.key_page})" if source.key_page else ""
    return page if source.key_need == "required" else f"optional {page}".strip()


def _section(source: Source) -> str:
    lines = [f"## {source.title} (`{source.id}`)", ""]
    if source.retired:
        lines += [f"**Retired.** {source.retired}", ""]
    if source.note:
        lines += [source.note, ""]
    if source.text:
        lines += ["Continues raw text too, at `POST /v1/completions`.", ""]
    if isinstance(source, HttpSource) and source.bases:
        lines += [f"- Endpoint `{name}`: `{base}`" for name, base in source.bases.items()]
        lines.append("")
    fields = renamed(source)
    taken = ", ".join(_words(setting, fields.get(setting.name)) for setting in source.settings())
    lines += [f"Takes: {taken}.", ""]
    if kept_back := passed_over(source):
        names = ", ".join(f"`{name}`" for name in kept_back)
        lines += [f"Kept back, as it does nothing with them: {names}.", ""]
    if source.options:
        lines += ["| option | values | meaning |", "|---|---|---|"]
        lines += [_option_row(option) for option in source.options]
        lines.append("")
    return "\n".join(lines)


def _words(setting: Setting, field: str | None) -> str:
    name = f"`{setting.name}`"
    if field:
        name += f" (as `{field}`)"
    if setting.low is None or setting.high is None or setting.kind == "switch":
        return name
    return f"{name} {setting.low:g}…{setting.high:g}"


def _option_row(option: Option) -> str:
    values = ", ".join(f"`{choice}`" for choice in option.choices) or option.kind
    if option.default is not None:
        values += f" (else `{option.default}`)"
    if option.required:
        values += " (needed)"
    return f"| `{option.name}` | {values} | {option.meaning} |"


if __name__ == "__main__":
    sys.stdout.write(render_table())
