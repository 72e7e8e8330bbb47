"""Model lists as endpoints really answer them."""

import json

import pytest

from tapster.core.errors import Reason, SourceError
from tapster.core.models import Price
from tapster.dialects.model_lists import read_models

OPENROUTER = {
    "id": "anthropic/claude-x",
    "name": "Claude X",
    "context_length": 200_000,
    "created": 7,
    "architecture": {"input_modalities": ["text", "image"], "output_modalities": ["text"]},
    "pricing": {"prompt": "0.000004", "completion": "0.00002", "input_cache_read": "0.0000004"},
    "top_provider": {"context_length": 100_000, "max_completion_tokens": 8192},
    "supported_parameters": ["temperature", "tools", "reasoning", "max_tokens", "new_thing"],
    "expiration_date": "2027-01-01",
}


def read(document):
    return read_models(json.dumps(document).encode()).models


@pytest.mark.parametrize(
    "document",
    [
        {"object": "list", "data": [{"id": "a"}, {"id": "b"}]},
        {"models": [{"name": "a"}, {"model": "b"}]},
        [{"id": "a"}, {"id": "b"}],
        ["a", "b"],
        {"data": [{"id": "a"}, {"id": "a", "x": 1}, {"id": "b"}, {"x": 1}, None, 7]},
        {"data": {"a": {}, "b": {}}},
    ],
)
def test_a_list_is_read_in_every_shape(document):
    assert [model.id for model in read(document)] == ["a", "b"]


@pytest.mark.parametrize("document", [{"data": []}, [], {"object": "list", "data": None}])
def test_an_empty_list_is_a_list(document):
    assert read(document) == ()


def test_ten_thousand_models_are_read():
    assert len(read([{"id": f"m{number}"} for number in range(10_000)])) == 10_000


def test_a_rich_entry_is_read_whole():
    [model] = read({"data": [OPENROUTER]})

    assert (model.title, model.vendor, model.created) == ("Claude X", "anthropic", 7)
    assert (model.context, model.max_output) == (100_000, 8192)
    assert (model.inputs, model.outputs) == (("text", "image"), ("text",))
    assert (model.tools, model.reasoning) == (True, True)
    assert model.price == Price(input=4, output=20, cache_read=0.4)
    assert set(model.settings) == {
        "temperature",
        "max_tokens",
        "reasoning_effort",
        "reasoning_tokens",
        "show_reasoning",
    }
    assert model.retires == "2027-01-01"


@pytest.mark.parametrize(
    "entry",
    [
        {"context_length": 4096},
        {"context_window": 4096},
        {"max_context_length": 4096},
        {"max_model_len": 4096},
        {"inputTokenLimit": 4096},
        {"meta": {"n_ctx_train": 4096}},
        {"max_context_length": 32_768, "loaded_context_length": 4096},
        {"context_length": "4096"},
    ],
)
def test_the_context_is_found_under_every_name(entry):
    [model] = read([{"id": "m", **entry}])

    assert model.context == 4096


@pytest.mark.parametrize(
    ("pricing", "price"),
    [
        ({"input": 0.3, "output": 0.5, "hourly": 0}, Price(input=0.3, output=0.5)),
        ({"input": "0.000003", "output": "0.000015"}, Price(input=3, output=15)),
        (
            {"prompt": 3, "completion": 15, "unit": "per_million_tokens"},
            Price(input=3, output=15),
        ),
        ({"prompt": "-1", "completion": "-1"}, None),
        ({"prompt": "free"}, None),
        ("cheap", None),
        (None, None),
    ],
)
def test_prices_are_dollars_per_million_tokens(pricing, price):
    [model] = read([{"id": "m", "pricing": pricing}])

    assert model.price == price


def test_what_a_model_can_do_is_read_from_flags():
    capabilities = {"vision": True, "function_calling": False, "completion_chat": True}

    [model] = read({"data": [{"id": "m", "capabilities": capabilities}]})

    assert (model.inputs, model.tools, model.reasoning) == (("text", "image"), False, None)
    assert model.extra["capabilities"] == capabilities


@pytest.mark.parametrize(
    ("more", "token"),
    [
        ({"links": {"next": "/api/v1/models?offset=1000&limit=1000"}}, "offset=1000&limit=1000"),
        ({"links": {"next": None}}, None),
        ({"nextPageToken": "a b"}, "pageToken=a+b"),
        ({"next_page_token": "x"}, "page_token=x"),
        ({"has_more": True, "last_id": "m"}, "after_id=m"),
        ({"has_more": False, "last_id": "m"}, None),
    ],
)
def test_the_next_page_is_named(more, token):
    assert read_models(json.dumps({"data": [{"id": "m"}], **more}).encode()).next == token


@pytest.mark.parametrize(
    "body", [b"<html></html>", b"hello", b"", b"{}", b'"x"', b'{"status":"ok"}', b"\xff"]
)
def test_what_is_no_list_says_so(body):
    with pytest.raises(SourceError) as caught:
        read_models(body)

    assert caught.value.reason is Reason.NOT_AN_API
    assert "endpoint" in caught.value.message


def test_an_error_with_a_good_status_is_told():
    with pytest.raises(SourceError, match="Bad key") as caught:
        read_models(b'{"error":{"message":"Bad key","code":401}}')

    assert caught.value.reason is Reason.AUTH
