"""What a request may not ask, whoever would understand it."""

import pytest

from tapster.core.errors import InvalidInput
from tapster.core.keys import AccessToken
from tapster.core.messages import says
from tapster.core.requests import ChatRequest
from tapster.gateway.harm import demand_harmless

LIMITED = AccessToken(id="t", name="t", digest=b"", last4="", models=("a/b",))


def asking(**extra) -> ChatRequest:
    return ChatRequest(model="a/b", messages=(says("user", "Hi"),), extra=extra)


@pytest.mark.parametrize(
    "name", ["base_url", "api_base", "API-Base", "proxy", "host", "extra_headers", "api_key"]
)
def test_no_field_says_where_a_connection_leads(name):
    with pytest.raises(InvalidInput, match="set on the connection") as refused:
        demand_harmless(asking(**{name: "http://elsewhere"}), None)

    assert refused.value.field == name


@pytest.mark.parametrize(
    ("extra", "field"),
    [
        ({"models": ["a/c"]}, "models"),
        ({"fallbacks": [{"model": "c"}]}, "fallbacks"),
        ({"providerOptions": {"gateway": {"models": ["c"]}}}, "providerOptions.gateway.models"),
        ({"plugins": [{"id": "web"}, {"Model": "c"}]}, "plugins[1].Model"),
        ({"draft_model": "c"}, "draft_model"),
        ({"draft": {"draft_model_name": "c"}}, "draft.draft_model_name"),
        ({"model_base_name": "c"}, "model_base_name"),
    ],
)
def test_a_token_for_certain_models_names_no_others_in_other_fields(extra, field):
    with pytest.raises(InvalidInput) as refused:
        demand_harmless(asking(**extra), LIMITED)

    assert refused.value.field == field
    demand_harmless(asking(**extra), None)


@pytest.mark.parametrize(
    "extra",
    [
        {"metadata": {"model": "c"}},
        {"guided_json": {"properties": {"model": {"type": "string"}}}},
        {"structured_outputs": {"json": {"properties": {"model": {"type": "string"}}}}},
        {"provider": {"order": ["anthropic"]}},
    ],
)
def test_fields_where_any_word_may_stand_are_left_alone(extra):
    demand_harmless(asking(**extra), LIMITED)


def test_a_deep_field_is_searched_without_a_stack():
    deep: dict = {}
    for _ in range(50_000):
        deep = {"x": deep}

    demand_harmless(asking(deep=deep), LIMITED)
