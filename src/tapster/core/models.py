"""What we know of a model."""

from typing import Any

from msgspec import Struct, field


class Price(Struct, frozen=True, omit_defaults=True):
    """US dollars per million tokens."""

    input: float | None = None
    output: float | None = None
    cache_read: float | None = None
    cache_write: float | None = None


class Model(Struct, frozen=True, omit_defaults=True):
    """A model a source offers. `external` means: reported by the endpoint, not in our catalogue.

    `context` and `max_output` are in tokens. `inputs` and `outputs` are modalities (`text`,
    `image`, `audio`, `video`, `file`). `settings` are the response settings it takes, where
    the provider says so; `None` means it does not say.
    """

    id: str
    title: str | None = None
    vendor: str | None = None
    context: int | None = None
    max_output: int | None = None
    inputs: tuple[str, ...] = ("text",)
    outputs: tuple[str, ...] = ("text",)
    tools: bool | None = None
    reasoning: bool | None = None
    price: Price | None = None
    settings: tuple[str, ...] | None = None
    created: int | None = None
    retires: str | None = None
    external: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


class ModelPage(Struct, frozen=True):
    """Some of the models an endpoint lists, and the token of the next page, if there is one."""

    models: tuple[Model, ...]
    next: str | None = None
