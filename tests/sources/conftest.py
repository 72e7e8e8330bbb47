"""Links that play scripted answers, handed to the sources under test."""

from collections.abc import Callable
from typing import Any

import pytest

from scripted_transport import Scripted, ScriptedTransport
from tapster.core.links import Link
from tapster.core.secrets import Secret

KEY = "sk-test-0123456789abcdef"


@pytest.fixture
def script() -> Callable[..., tuple[Link, ScriptedTransport]]:
    """Return a maker of links: the answers to play, then what else the link holds."""

    def make(*answers: Scripted, key: str | None = KEY, **more: Any) -> Any:
        transport = ScriptedTransport(*answers)
        return Link(transport=transport, key=Secret(key) if key else None, **more), transport

    return make
