"""What only Cohere's recordings hold: plans before the tools, and citations."""

import pytest

from exchanges import exchanges, heard
from tapster.core.events import Annotated, PartAdded
from tapster.dialects.cohere_chat import CohereChat


@pytest.mark.parametrize("exchange", exchanges("cohere.v2", "cohere.v1", kind="message"))
def test_recorded_plans_and_citations_are_told(exchange):
    plan = exchange["expected"].get("tool_plan")

    events = heard(CohereChat(), exchange)

    blocks = [event.part.value for event in events if isinstance(event, PartAdded)]
    assert blocks == ([{"tool_plan": plan}] if plan else [])
    cited = any(isinstance(event, Annotated) for event in events)
    assert cited == ("citations" in exchange["features"])
