"""What a person may write, and the one clear sentence for what cannot be taken."""

import time

import pytest

from tapster.app.drafts import (
    accept_endpoint,
    accept_excluded_body,
    accept_headers,
    accept_included_body,
    accept_options,
    accept_outbound_proxy,
)
from tapster.core.errors import InvalidInput
from tapster.sources import find_source
from timed import timed

BOMB = "a: &a [x, x]\n" + "".join(
    f"{name}: &{name} [*{before}, *{before}, *{before}, *{before}, *{before}, *{before}]\n"
    for before, name in zip("abcdefghijkl", "bcdefghijklm", strict=True)
)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "api.openai.com/v1",
        "ftp://host/v1",
        "file:///etc/passwd",
        "http://",
        "http:///v1",
        "http://user:pass@host/v1",
        "http://host:99999/v1",
        "http://host:port/v1",
        "http://[::1/v1",
        "http://ho st/v1",
        "http://host/v 1",
        "http://host/\nv1",
        "http://host\\evil/v1",
        "http://host/v1\x00",
        "javascript://host",
        "http://host/" + "x" * 3000,
        "http://host:0/v1",
        "https://host:00/v1",
    ],
)
def test_an_address_that_is_none_is_refused_with_a_sentence(text):
    with pytest.raises(InvalidInput) as refused:
        accept_endpoint(text)

    assert refused.value.field == "endpoint"
    assert len(refused.value.message) > 30
    assert "user:pass" not in refused.value.message


@pytest.mark.parametrize(
    "text",
    [
        "http://host/v1?api_key=sk-CANARY",
        "http://host/v1?api-version=2&Subscription-Key=sk-CANARY#x",
        "http://host/v1?x%2Dtoken=sk-CANARY",
        "http://host/v1?key=",
        "http://host:port/v1?api_key=sk-CANARY",
        "host/v1?api_key=sk-CANARY",
    ],
)
def test_a_key_in_an_address_is_refused_and_not_repeated(text):
    with pytest.raises(InvalidInput) as refused:
        accept_endpoint(text)

    assert refused.value.field == "endpoint"
    assert "CANARY" not in refused.value.message


@pytest.mark.parametrize("name", ["X-Auth-Token", "Ocp-Apim-Subscription-Key", "Api_Key", "Cookie"])
def test_a_header_with_a_secret_is_refused_and_not_repeated(name):
    with pytest.raises(InvalidInput, match=name) as refused:
        accept_headers([f"{name}: sk-CANARY"])

    assert "CANARY" not in refused.value.message


@pytest.mark.parametrize(
    "refuse",
    [
        lambda: accept_endpoint("http://host/v1?api_key=sk-CANARY"),
        lambda: accept_headers(["X-Auth-Token: sk-CANARY"]),
    ],
)
def test_a_refused_key_is_told_where_it_belongs(refuse):
    with pytest.raises(InvalidInput, match="tapster keys set") as refused:
        refuse()

    assert "`key_header`" in refused.value.message
    assert "`key_query`" in refused.value.message


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("  http://host/v1/  ", "http://host/v1"),
        ("https://host:8443", "https://host:8443"),
        ("http://[::1]:1234/v1", "http://[::1]:1234/v1"),
        ("http://host/v1?api-version=2#x", "http://host/v1?api-version=2"),
        ("http://host/v1?max_tokens=2", "http://host/v1?max_tokens=2"),
        ("http://127.0.0.1:5000/v1/chat/completions", "http://127.0.0.1:5000/v1/chat/completions"),
    ],
)
def test_an_address_is_tidied_and_kept(text, accepted):
    assert accept_endpoint(text) == accepted


@pytest.mark.parametrize("text", ["host:1080", "ftp://host", "socks9://host", "http://a b", ""])
def test_an_outbound_proxy_that_is_none_is_refused(text):
    with pytest.raises(InvalidInput, match="socks5"):
        accept_outbound_proxy(text)


@pytest.mark.parametrize(
    "line",
    [
        "no colon",
        ": no name",
        "two words: x",
        "x: a\r\nhost: evil",
        "x\r\ny: a",
        "x: a\x00",
        "x: zażółć",
        "x: a\x7f",
        "Host: evil",
        "content-length: 5",
        "Transfer-Encoding: chunked",
    ],
)
def test_a_header_that_cannot_be_sent_is_refused(line):
    with pytest.raises(InvalidInput) as refused:
        accept_headers([line])

    assert refused.value.field == "headers"


def test_headers_are_taken_with_their_values_trimmed():
    assert accept_headers(["X-Title:  Bar ", "HTTP-Referer: https://x/y:z"]) == {
        "X-Title": "Bar",
        "HTTP-Referer": "https://x/y:z",
    }


@pytest.mark.parametrize(
    "text", ["- 1\n- 2", "text", "12", "a: [", "1: x", "- [a]", "!!python/x y"]
)
def test_body_fields_of_the_wrong_kind_are_refused(text):
    with pytest.raises(InvalidInput) as refused:
        accept_included_body(text)

    assert refused.value.field == "include_body"


def test_body_fields_are_an_object_or_a_list_of_objects():
    assert accept_included_body("top_k: 40\nstop: [a, b]") == {"top_k": 40, "stop": ["a", "b"]}
    assert accept_included_body("- a: 1\n- b: {c: 2}") == {"a": 1, "b": {"c": 2}}
    assert accept_included_body("date: 2026-01-01") == {"date": "2026-01-01"}
    assert accept_included_body("") == {}


@pytest.mark.parametrize("text", ["[1, 2]", "- [a]", "12", "a: [", '""'])
def test_names_to_exclude_of_the_wrong_kind_are_refused(text):
    with pytest.raises(InvalidInput) as refused:
        accept_excluded_body(text)

    assert refused.value.field == "exclude_body"


def test_names_to_exclude_are_a_list_an_object_or_one_name():
    assert accept_excluded_body("[a, b]") == ("a", "b")
    assert accept_excluded_body("a: x\nb: y") == ("a", "b")
    assert accept_excluded_body("a") == ("a",)
    assert accept_excluded_body("") == ()


@timed
@pytest.mark.parametrize(
    "text",
    [
        BOMB,
        "[" * 50_000,
        "{a: " * 20_000,
        "a: " + "x" * 200_000,
        "a: &x [*x]",
        "a: .nan",
        "a: .inf",
        "a: !!binary aGk=",
        "a: !!set {b}",
        "a: {1: 2}",
    ],
    ids=lambda text: text[:12],
)
def test_what_cannot_become_json_is_refused_in_no_time(text):
    began = time.monotonic()

    with pytest.raises(InvalidInput) as refused:
        accept_included_body(text)

    assert refused.value.field == "include_body"
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("source", "name", "value"),
    [
        ("openai", "api", "telepathy"),
        ("openai", "nonsense", "x"),
        ("openrouter", "order", "{a: b}"),
        ("openrouter", "zdr", "perhaps"),
        ("openrouter", "max_price", "cheap"),
        ("openrouter", "order", BOMB),
        ("ollama", "num_ctx", "many"),
        ("ollama", "num_ctx", "1.5"),
        ("ollama", "num_ctx", "-4"),
        ("ollama", "num_ctx", 9_999_999),
        ("browser", "context", 0),
        ("local", "anything", "x"),
        ("custom", "key_header", "two words"),
        ("custom", "key_header", "x\r\ny"),
        ("custom", "key_header", ""),
        ("custom", "key_header", "Host"),
        ("openai", "key_header", "X-Auth-Token"),
    ],
)
def test_an_option_of_the_wrong_kind_is_refused(source, name, value):
    with pytest.raises(InvalidInput) as refused:
        accept_options(find_source(source), {name: value})

    assert refused.value.field == "options"
    assert name in refused.value.message


def test_an_option_of_any_kind_can_be_unset():
    names = ("order", "zdr", "max_price")

    taken = accept_options(find_source("openrouter"), dict.fromkeys(names))

    assert taken == dict.fromkeys(names)
    with pytest.raises(InvalidInput, match="nonsense"):
        accept_options(find_source("openrouter"), {"nonsense": None})


def test_options_are_taken_as_what_they_are():
    taken = accept_options(
        find_source("openrouter"),
        {"order": "[a, b]", "zdr": "true", "max_price": "{prompt: 1}", "ignore": ["x"]},
    )

    assert taken == {"order": ["a", "b"], "zdr": True, "max_price": {"prompt": 1}, "ignore": ["x"]}
