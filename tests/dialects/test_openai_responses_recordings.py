"""What only Responses recordings hold: items of its own, and turns that go back as they came."""

import json

import pytest

from exchanges import body_of, exchanges, folded, heard, said, waiting
from tapster.core.messages import Message, Text, ToolResult, says
from tapster.core.requests import ChatRequest
from tapster.dialects.openai_responses import OpenAIResponses

DIALECT = OpenAIResponses()
MESSAGES = exchanges("openai.responses", kind="message")
WAITING = waiting(MESSAGES)


@pytest.mark.parametrize("exchange", MESSAGES)
def test_recorded_items_of_its_own_are_kept(exchange):
    kinds = exchange["expected"]["builtin"]

    told = folded(heard(DIALECT, exchange))

    assert told["blocks"] == [kind for kind in kinds if kind != "image_generation_call"]


@pytest.mark.parametrize("exchange", WAITING)
def test_a_turn_that_waits_for_a_tool_goes_back_as_it_came(exchange):
    turn = said(heard(DIALECT, exchange))
    results = tuple(ToolResult(call.id, (Text("Done"),)) for call in turn.tool_calls)
    chat = (says("user", "Hi"), turn, Message(role="tool", parts=results))

    items = DIALECT.encode(ChatRequest(model="gpt-6-sol", messages=chat)).body["input"]

    came = [again for item in output_of(exchange) if (again := as_input(item))]
    assert items[1 : -len(results)] == came


def output_of(exchange):
    """Return the items of a recorded answer."""
    body = body_of(exchange)
    if exchange["stream"]:
        events = [json.loads(line[5:]) for line in body.splitlines() if line[:6] == b"data: "]
        return [event["item"] for event in events if event["type"] == "response.output_item.done"]
    return json.loads(body)["output"]


def as_input(item):
    """Return `item` as it belongs into the next request."""
    match item["type"]:
        case "message":
            return {"role": "assistant", "content": item["content"][0]["text"]}
        case "function_call":
            return {name: item[name] for name in ("type", "call_id", "name", "arguments")}
        case "reasoning":
            kept = ("type", "id", "summary", "content", "encrypted_content")
            again = {name: item[name] for name in kept if item.get(name) or name == "summary"}
            return again if {"content", "encrypted_content"} & set(again) else None
        case _:
            return item
