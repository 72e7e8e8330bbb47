"""What we send to the Responses format is what the vendor's own SDK would send."""

import pytest
from openai.types.responses.response_create_params import (
    ResponseCreateParamsNonStreaming,
    ResponseCreateParamsStreaming,
)

from chat_requests import WEATHER, every_request, tool_loop
from tapster.core.messages import Reasoning
from tapster.core.requests import ChatRequest
from tapster.dialects.openai_responses import OpenAIResponses
from vendor_types import check

SEAL = "openai-responses-v1"
THOUGHTS = (
    Reasoning("Look it up.", kind="summary", id="rs_1", format=SEAL),
    Reasoning(kind="encrypted", encrypted="xyz", id="rs_1", format=SEAL),
)
REQUESTS = every_request("gpt-6-sol") | {
    "thoughts": ChatRequest(model="gpt-6-sol", messages=tool_loop(*THOUGHTS), tools=(WEATHER,))
}


@pytest.mark.parametrize("about", REQUESTS)
def test_a_request_is_one_the_vendors_types_allow(about):
    request = REQUESTS[about]
    kind = ResponseCreateParamsStreaming if request.stream else ResponseCreateParamsNonStreaming

    body = OpenAIResponses().encode(request).body

    check(kind, body)
