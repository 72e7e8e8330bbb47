"""What only Anthropic's recordings hold: blocks of its own, and turns that go back as they came."""

import pytest

from exchanges import exchanges, folded, heard, said, waiting
from tapster.core.messages import Message, Text, ToolResult, says
from tapster.core.requests import ChatRequest
from tapster.dialects.anthropic_messages import AnthropicMessages

DIALECT = AnthropicMessages()
MESSAGES = exchanges("anthropic.messages", kind="message")
WAITING = waiting(MESSAGES, streamed=False)


@pytest.mark.parametrize("exchange", MESSAGES)
def test_recorded_blocks_of_its_own_are_kept(exchange):
    assert folded(heard(DIALECT, exchange))["blocks"] == exchange["expected"]["builtin"]


@pytest.mark.parametrize("exchange", WAITING)
def test_a_turn_that_waits_for_a_tool_goes_back_as_it_came(exchange):
    turn = said(heard(DIALECT, exchange))
    results = tuple(ToolResult(call.id, (Text("Done"),)) for call in turn.tool_calls)
    chat = (says("user", "Hi"), turn, Message(role="tool", parts=results))

    body = DIALECT.encode(ChatRequest(model="claude-opus-5-5", messages=chat)).body

    kept = ("type", "text", "thinking", "signature", "data", "id", "name", "input")
    came = [
        {name: block[name] for name in kept if name in block}
        for block in exchange["response"]["body"]["content"]
        if block.get("text", "x").strip()
    ]
    assert body["messages"][1]["content"] == came
