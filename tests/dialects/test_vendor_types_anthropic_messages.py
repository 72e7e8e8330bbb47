"""What we send to the Messages format is what the vendor's own SDK would send."""

import pytest
from anthropic.types.message_create_params import (
    MessageCreateParamsNonStreaming,
    MessageCreateParamsStreaming,
)

from chat_requests import WEATHER, every_request, tool_loop
from tapster.core.messages import Reasoning
from tapster.core.requests import ChatRequest
from tapster.dialects.anthropic_families import refine
from tapster.dialects.anthropic_messages import AnthropicMessages
from vendor_types import check

SEAL = "anthropic-claude-v1"
THOUGHTS = (
    Reasoning("Look it up.", signature="abc", format=SEAL),
    Reasoning(kind="encrypted", encrypted="xyz", format=SEAL),
)
MODELS = ("claude-haiku-4-5", "claude-sonnet-4-6", "claude-opus-4-8", "claude-opus-5-5")
REQUESTS = {
    f"{model}-{about}": request
    for model in MODELS
    for about, request in (
        every_request(model)
        | {"thoughts": ChatRequest(model=model, messages=tool_loop(*THOUGHTS), tools=(WEATHER,))}
    ).items()
}
# The newest SDK has dropped the samplers, which the models of 4.6 and before still take.
SAMPLERS = {"temperature", "top_p", "top_k"}


@pytest.mark.parametrize("about", REQUESTS)
def test_a_request_is_one_the_vendors_types_allow(about):
    request, _ = refine(REQUESTS[about])
    kind = MessageCreateParamsStreaming if request.stream else MessageCreateParamsNonStreaming

    body = AnthropicMessages().encode(request).body

    check(kind, {name: value for name, value in body.items() if name not in SAMPLERS})
