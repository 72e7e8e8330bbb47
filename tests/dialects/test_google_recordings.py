"""What only Google's recordings hold: failures in a 200, model lists, piecewise arguments."""

import msgspec
import pytest

from exchanges import body_of, exchanges, folded, heard
from tapster.core.events import Failed
from tapster.dialects.google_generate import GoogleGenerate

DIALECT = GoogleGenerate()


@pytest.mark.parametrize("exchange", exchanges("gemini.generate", kind="error"))
def test_a_recorded_error_inside_a_200_is_a_failure_with_the_same_words(exchange):
    expected = exchange["expected"]["error"]
    response = {"status": 200, "headers": {}, "chunks": [body_of(exchange).decode()]}

    events = heard(DIALECT, {**exchange, "response": response})

    assert isinstance(events[-1], Failed)
    assert events[-1].message == expected["message"]
    assert events[-1].status == expected["code"]


@pytest.mark.parametrize("exchange", exchanges("gemini.models", kind="models"))
def test_a_recorded_model_list_names_the_models_that_chat(exchange):
    rows = exchange["response"]["body"]["models"]

    page = DIALECT.decode_models(body_of(exchange))

    assert [model.id for model in page.models] == [
        row["name"].removeprefix("models/")
        for row in rows
        if "generateContent" in row["supportedGenerationMethods"]
    ]
    assert [model.context for model in page.models] == [
        row["inputTokenLimit"]
        for row in rows
        if "generateContent" in row["supportedGenerationMethods"]
    ]
    token = exchange["response"]["body"].get("nextPageToken")
    assert page.next == (f"pageToken={token}" if token else None)


@pytest.mark.parametrize(
    "exchange", exchanges("gemini.generate", kind="message", feature="partial-args")
)
def test_arguments_that_came_piecewise_are_put_together(exchange):
    told = folded(heard(DIALECT, exchange))

    assert [(call["name"], msgspec.json.decode(call["args"])) for call in told["tool_calls"]] == [
        ("read_theme", {}),
        ("read_screen", {"id": "A"}),
        ("read_screen", {"id": "B"}),
        ("read_screen", {"id": "C"}),
    ]
