"""How an endpoint is asked whether it is there, and what that tells."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from tapster.core.models import Model


@dataclass(frozen=True)
class StatusCall:
    """A cheap call that only a good key may make.

    `proves_key` is false where the answer is public, so that it says nothing about the key.
    `verdict` may look into a 200 and raise what it really says. With `body` it is a POST.
    """

    path: str
    proves_key: bool = True
    verdict: Callable[[bytes], None] | None = None
    body: Mapping[str, Any] | None = None


class Probed(msgspec.Struct, frozen=True):
    """What a probe of the endpoint learned. `models` is `None` where it has no list."""

    models: tuple[Model, ...] | None
    key_proved: bool
