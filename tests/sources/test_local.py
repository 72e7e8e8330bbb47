"""The embedded model through the same door as any source."""

import pytest

from tapster.core.errors import Reason, SourceError
from tapster.core.events import Finished, TextDelta, UsageReported
from tapster.core.links import Link
from tapster.core.messages import says
from tapster.core.requests import ChatRequest, Settings
from tapster.engine import EngineTransport, find_models
from tapster.sources.local import source


@pytest.fixture
async def link():
    if not find_models(None):
        pytest.skip("the package with the model is not installed: run `make run` once")
    transport = EngineTransport(context=512)
    yield Link(transport=transport)
    await transport.close()


async def test_it_lists_its_models_without_a_key(link):
    probed = await source.probe(link)

    assert [(model.id, model.context) for model in probed.models] == [
        ("SmolLM2-135M-Instruct", 512)
    ]
    assert source.built_in
    assert source.key_need == "none"


@pytest.mark.parametrize("stream", [True, False])
async def test_it_answers_in_events(link, stream):
    request = ChatRequest(
        model="SmolLM2-135M-Instruct",
        messages=(says("user", "Say hello"),),
        settings=Settings(
            max_tokens=8, top_k=40, min_p=0.05, typical_p=1, repetition_penalty=1.1, seed=3
        ),
        stream=stream,
    )

    events = [event async for event in source.stream(request, link)]

    assert "".join(event.text for event in events if isinstance(event, TextDelta))
    (usage,) = [event.usage for event in events if isinstance(event, UsageReported)]
    assert usage.input > 10
    assert 0 < usage.output <= 8
    assert [event.reason for event in events if isinstance(event, Finished)] in (
        ["stop"],
        ["length"],
    )


async def test_an_unknown_model_is_not_found(link):
    request = ChatRequest(model="nobody", messages=(says("user", "hi"),))

    with pytest.raises(SourceError, match="no embedded model") as caught:
        _ = [event async for event in source.stream(request, link)]

    assert caught.value.reason is Reason.NOT_FOUND


async def test_too_long_a_conversation_is_said_so(link):
    request = ChatRequest(model="SmolLM2-135M-Instruct", messages=(says("user", "x " * 2000),))

    with pytest.raises(SourceError, match="reads at most 512") as caught:
        _ = [event async for event in source.stream(request, link)]

    assert caught.value.status == 400
