"""Where the open tool loop of a chat begins."""

import pytest

from chat_requests import HELLO, tool_loop
from tapster.core.messages import Message, Text, ToolResult, says
from tapster.dialects.tool_loop import loop_start

RESULT = ToolResult("call_1", (Text("Rain"),))


@pytest.mark.parametrize(
    ("chat", "start"),
    [
        ((), 0),
        (HELLO, 1),
        ((*HELLO, says("assistant", "Hi")), 2),
        (tool_loop(), 1),
        ((*HELLO, says("assistant", "Hi"), *tool_loop()), 3),
        ((*tool_loop(), *tool_loop()[1:]), 1),
        ((*tool_loop(), says("user", "Hurry")), 1),
        ((*tool_loop(), says("assistant", "Rain."), says("user", "Thanks")), 5),
        ((*tool_loop()[:2], Message(role="user", parts=(RESULT,))), 1),
        (tool_loop()[1:], 0),
    ],
)
def test_the_loop_reaches_back_to_the_last_turn_a_person_took(chat, start):
    assert loop_start(chat) == start
