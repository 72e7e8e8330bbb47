"""Two lists of the same models, made into one that knows what either knows."""

from collections.abc import Iterable

from msgspec import structs

from tapster.core.models import Model


def joined(models: Iterable[Model], facts: Iterable[Model]) -> tuple[Model, ...]:
    """Return `models`, each with what `facts` say of it; models only they name are left out."""
    told = {fact.id: fact for fact in facts}
    return tuple(_with(model, told.get(model.id)) for model in models)


def _with(model: Model, fact: Model | None) -> Model:
    """Return `model` with what `fact` says; what it leaves open stays as it was."""
    if fact is None:
        return model
    bare = structs.asdict(Model(id=model.id))
    said = {name: value for name, value in structs.asdict(fact).items() if value != bare[name]}
    return structs.replace(model, **said)
