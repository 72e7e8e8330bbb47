"""`tapster sources`: which kinds of provider there are, and what each takes."""

from typing import TYPE_CHECKING, Annotated, ClassVar

import typer

from tapster.cli._help import Listing
from tapster.cli._tables import show_json, show_table

if TYPE_CHECKING:
    from tapster.sources import Source


class _Sources(Listing):
    named: ClassVar[str] = "show"


app = typer.Typer(
    cls=_Sources,
    help="The kinds of provider Tapster can connect: `tapster sources` lists them.",
)


@app.command("list")
def list_sources(
    *, as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False
) -> None:
    """List every source."""
    from tapster.sources import all_sources

    every = all_sources().values()
    if as_json:
        show_json([_described(source) for source in every])
        return
    show_table(
        ("ID", "SOURCE", "KEY", "VARIABLE", "ENDPOINT"),
        (
            (
                source.id,
                source.title,
                source.key_need,
                next(iter(source.key_variables), ""),
                source.base_url or "your own",
            )
            for source in every
        ),
        empty="There is no source.",
    )


@app.command("show")
def show_source(
    id_: Annotated[str, typer.Argument(metavar="ID", help="The source's id.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show one source: its key page, options and response settings.

    A setting that the endpoint calls otherwise is shown with that name, too.
    """
    from tapster.sources import find_source, passed_over, renamed

    source = find_source(id_)
    if as_json:
        show_json(_described(source))
        return
    print(f"{source.title} ({source.id})")
    print(f"  Endpoint:  {source.base_url or 'your own (--endpoint)'}")
    made_at = f", made at {source.key_page}" if source.key_page else ""
    print(f"  Key:       {source.key_need}{made_at}")
    if source.key_variables:
        print(f"  Variable:  {' or '.join(source.key_variables)}")
    print(f"  Docs:      {source.docs}")
    if source.note:
        print(f"  Note:      {source.note}")
    if source.retired:
        print(f"  Retired:   {source.retired}")
    if source.text:
        print("  Text:      continues raw text, too (POST /v1/completions)")
    if source.options:
        print("Options (--option NAME=VALUE):")
        for option in source.options:
            choices = f" [{'|'.join(option.choices)}]" if option.choices else ""
            default = f" (default {option.default})" if option.default is not None else ""
            print(f"  {option.name}{choices}: {option.meaning}{default}")
    fields = renamed(source)
    names = [setting.name for setting in source.settings()]
    taken = [f"{name} (as {fields[name]})" if name in fields else name for name in names]
    print("Response settings: " + ", ".join(taken))
    if kept_back := passed_over(source):
        print("Kept back, as it does nothing with them: " + ", ".join(kept_back))


def _described(source: "Source") -> dict[str, object]:
    from tapster.sources import passed_over, renamed

    return {
        "id": source.id,
        "title": source.title,
        "endpoint": source.base_url,
        "key": source.key_need,
        "key_page": source.key_page,
        "variables": source.key_variables,
        "docs": source.docs,
        "note": source.note,
        "retired": source.retired,
        "options": source.options,
        "settings": source.settings(),
        "fields": renamed(source),
        "kept_back": passed_over(source),
        "text": source.text is not None,
        "catalogue": source.catalogue,
    }
