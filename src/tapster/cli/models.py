"""`tapster models`: what can be talked to, and the files of the embedded model."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tapster.cli._help import Listing
from tapster.cli._tables import show_json, show_table
from tapster.cli._terminal import config_of, moment, note, one_line, opened, run
from tapster.cli.model_jobs import load_model, pull_model, unload_model
from tapster.core.errors import TapsterError

if TYPE_CHECKING:
    from tapster.app import Tapster
    from tapster.core.connections import Connection
    from tapster.core.model_jobs import ServedModel
    from tapster.core.models import Model

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


app = typer.Typer(cls=Listing, help="Models: `tapster models [CONNECTION]` lists them.")
app.command("load")(load_model)
app.command("unload")(unload_model)
app.command("pull")(pull_model)


@app.command("list")
def list_models(
    context: typer.Context,
    connection: Annotated[
        str | None, typer.Argument(metavar="CONNECTION", help="Only this connection's.")
    ] = None,
    *,
    refresh: Annotated[bool, typer.Option("--refresh", help="Ask the endpoint now.")] = False,
    search: Annotated[str | None, typer.Option(help="Only ids that contain this.")] = None,
    as_json: Json = False,
) -> None:
    """List models: id, context, price per million tokens, and where it is known from."""
    standing: dict[str, ServedModel] = {}

    async def work() -> list[tuple[str, "Model"]]:
        async with opened(context) as tapster:
            if connection:
                found = await tapster.connections.find(connection)
                served, models = await asyncio.gather(
                    _served_at(tapster, found), _models_of(tapster, found, refresh=True)
                )
                standing.update(served)
                return models
            every = await tapster.connections.all()
            lists = await asyncio.gather(
                *(_known_models_of(tapster, each, refresh=refresh) for each in every)
            )
        return [model for models in lists for model in models]

    import asyncio

    wanted = (search or "").casefold()
    listed = [each for each in run(work()) if wanted in each[1].id.casefold()]
    if as_json:
        show_json(
            [
                {"connection": slug, **_fields(model), **_served_fields(standing.get(model.id))}
                for slug, model in listed
            ]
        )
        return
    show_table(
        ("MODEL", "CONTEXT", "IN $/M", "OUT $/M", "NOTE"),
        (
            (
                f"{slug}/{model.id}",
                f"{model.context:,}" if model.context else "",
                _price(model.price.input if model.price else None),
                _price(model.price.output if model.price else None),
                ", ".join(filter(None, (_remark(model), _stands(standing.get(model.id))))),
            )
            for slug, model in listed
        ),
        empty="No model found. `tapster connections check NAME` says why.",
    )


@app.command("get")
def get_model(context: typer.Context) -> None:
    """Fetch the small embedded model (SmolLM2-135M-Instruct, 90 MB)."""
    from tapster.engine import fetch_model

    note("Fetching the model …")
    weights = fetch_model(config_of(context).models_dir)
    note(f'Ready: {weights.id}. Try: tapster chat "Say hello"')


@app.command("add")
def add_model(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .gguf file.")],
    *,
    name: Annotated[str | None, typer.Option(help="What to call it.")] = None,
) -> None:
    """Add a GGUF model file for the embedded engine; it is checked first."""
    from tapster.engine import add_model as bring_in

    weights = bring_in(file, config_of(context).models_dir, name=name)
    note(f"Added {weights.id} (context {weights.context:,}). It is listed by: tapster models")


async def _known_models_of(
    tapster: "Tapster", connection: "Connection", *, refresh: bool
) -> list[tuple[str, "Model"]]:
    """Return the models of one of many connections; that it fails is said, and no failure."""
    try:
        return await _models_of(tapster, connection, refresh=refresh)
    except TapsterError as error:
        note(f"{connection.slug}: {one_line(error.message)}")
        return []


async def _models_of(
    tapster: "Tapster", connection: "Connection", *, refresh: bool
) -> list[tuple[str, "Model"]]:
    """Return the models of `connection`; what was known before, if the endpoint fails."""
    slug = connection.slug
    try:
        models = await tapster.connections.models(slug, refresh=refresh)
    except TapsterError as error:
        if not refresh or not (models := await tapster.connections.models(slug)):
            raise
        note(
            f"{slug}: these are the models known of it; its endpoint gave no list: "
            f"{one_line(error.message)}"
        )
    return [(slug, model) for model in models]


async def _served_at(tapster: "Tapster", connection: "Connection") -> dict[str, "ServedModel"]:
    """Return how the models of a server of one's own stand; nothing where it does not say."""
    if tapster.connections.source_of(connection).control is None:
        return {}
    try:
        served = await tapster.model_jobs.models(connection.slug)
    except TapsterError:
        # Its list of models says what is wrong, if anything is.
        return {}
    return {each.id: each for each in served}


def _served_fields(served: "ServedModel | None") -> dict[str, object]:
    import msgspec

    return {} if served is None else {"served": msgspec.to_builtins(served)}


def _stands(served: "ServedModel | None") -> str:
    if served is None or served.state is None:
        return ""
    until = f" until {moment(served.expires_at)}" if served.expires_at else ""
    return f"{served.state}{until}"


def _fields(model: "Model") -> dict[str, object]:
    import msgspec

    fields: dict[str, object] = msgspec.to_builtins(model)
    return fields


def _price(price: float | None) -> str:
    return "" if price is None else f"{price:.2f}"


def _remark(model: "Model") -> str:
    if model.extra.get("missing"):
        return "chosen, not in the list"
    return "external" if model.external else ""
