"""Error answers in every envelope, and what they mean."""

import json

import pytest

from tapster.core.errors import Reason
from tapster.dialects.error_reasons import reason_for
from tapster.dialects.errors import error_in, read_error_body, retry_after

QUOTA = "You exceeded your current quota, please check your plan and billing details."


def read(status, body, headers=None):
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return read_error_body(status, headers or {}, raw)


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"message": "No such thing"}},
        {"error": "No such thing"},
        {"error": {"error": {"message": "No such thing"}}},
        {"detail": "No such thing"},
        {"detail": {"msg": "No such thing", "type": "x"}},
        {"message": "No such thing"},
        {"code": 5, "msg": "No such thing"},
        [{"error": {"code": 404, "message": "No such thing", "status": "NOT_FOUND"}}],
        {"object": "error", "message": "No such thing", "type": "x", "param": None},
        {"object": "error", "message": {"detail": [{"msg": "No such thing"}]}},
        {"errors": [{"message": "No such thing", "code": 7}], "success": False},
        {"type": "error", "error": {"type": "not_found_error", "message": "No such thing"}},
        "No such thing",
        b"\xef\xbb\xbf \n" + b'{"error":{"message":"No such thing"}}',
    ],
)
def test_the_providers_words_are_found_in_every_envelope(body):
    error = read(404, body)

    assert error.message == "No such thing"
    assert error.reason is Reason.NOT_FOUND
    assert error.status == 404


def test_the_providers_own_fields_are_kept():
    error = read(
        400,
        {"error": {"message": "m", "type": "t", "param": "max_tokens", "code": "unsupported"}},
    )

    assert (error.type, error.param, error.code) == ("t", "max_tokens", "unsupported")
    assert error.reason is Reason.INVALID


def test_a_complaint_about_fields_names_them():
    body = {"detail": [{"type": "extra_forbidden", "loc": ["body", "seed"], "msg": "Extra input"}]}

    assert read(422, body).message == "Extra input (body.seed)"


def test_the_words_behind_a_router_are_the_detail():
    error = read(
        429,
        {"error": {"code": 429, "message": "Provider returned error", "metadata": {"raw": "busy"}}},
    )

    assert (error.message, error.detail) == ("Provider returned error", "busy")
    assert error.reason is Reason.RATE_LIMIT


def test_a_moderated_request_was_filtered():
    body = {"error": {"code": 403, "message": "Flagged", "metadata": {"reasons": ["violence"]}}}

    assert read(403, body).reason is Reason.FILTERED


@pytest.mark.parametrize(
    ("status", "code", "kind", "message", "reason"),
    [
        (401, "invalid_api_key", "invalid_request_error", "", Reason.AUTH),
        (400, None, None, "Incorrect API key provided: xa***y", Reason.AUTH),
        (400, "400", "no_db_connection", "No connected db.", Reason.AUTH),
        (503, "503", "no_db_connection", "Service Unavailable", Reason.OVERLOADED),
        (400, 400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid", Reason.AUTH),
        (429, "insufficient_quota", "insufficient_quota", QUOTA, Reason.BILLING),
        (429, 429, "RESOURCE_EXHAUSTED", QUOTA, Reason.RATE_LIMIT),
        (429, "1113", None, "Insufficient balance", Reason.BILLING),
        (429, None, "exceeded_current_quota_error", "Your account is suspended", Reason.BILLING),
        (400, None, "invalid_request_error", "Your credit balance is too low", Reason.BILLING),
        (402, None, None, "", Reason.BILLING),
        (400, "context_length_exceeded", None, "", Reason.TOO_LARGE),
        (400, None, "invalid_request_error", "prompt too long; exceeded max", Reason.TOO_LARGE),
        (413, "rate_limit_exceeded", "tokens", "", Reason.RATE_LIMIT),
        (413, None, None, "", Reason.TOO_LARGE),
        (400, "content_filter", None, "", Reason.FILTERED),
        (404, "model_not_found", None, "", Reason.NOT_FOUND),
        (400, "1500", "invalid_model", "", Reason.NOT_FOUND),
        (400, "model_decommissioned", "invalid_request_error", "", Reason.NOT_FOUND),
        (429, "3505", "service_tier_capacity_exceeded", "", Reason.OVERLOADED),
        (529, None, "overloaded_error", "", Reason.OVERLOADED),
        (503, None, None, "", Reason.OVERLOADED),
        (403, "unsupported_country_region_territory", None, "", Reason.PERMISSION),
        (403, None, None, "You are not allowed", Reason.PERMISSION),
        (408, None, None, "", Reason.TIMEOUT),
        (524, None, None, "", Reason.TIMEOUT),
        (500, None, "server_error", "", Reason.UPSTREAM),
        (502, 502, None, "", Reason.UPSTREAM),
        (400, "unsupported_parameter", "invalid_request_error", "", Reason.INVALID),
        (None, None, "invalid_request_error", "", Reason.INVALID),
        (None, None, "rate_limit_error", "", Reason.RATE_LIMIT),
        (None, None, None, "", Reason.UPSTREAM),
    ],
)
def test_the_reason_is_told_from_words_before_status(status, code, kind, message, reason):
    assert reason_for(status, code, kind, message) is reason


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (200, {}, b"<!doctype html><title>Welcome</title>"),
        (404, {"content-type": "text/html"}, b"nothing here"),
        (404, {"content-type": "text/plain"}, b"404 page not found"),
        (200, {}, b"hello"),
        (302, {"location": "https://login.example/?token=abc"}, b""),
    ],
)
def test_what_is_no_api_says_what_came_and_what_to_do(status, headers, body):
    error = read_error_body(status, headers, body)

    assert error.reason is Reason.NOT_AN_API
    assert "endpoint" in error.message
    assert "token=abc" not in error.message


def test_an_error_page_of_a_gateway_on_the_way_is_trouble_that_may_pass():
    page = b"<html><title>502 Bad Gateway</title>"

    error = read_error_body(502, {"content-type": "text/html; charset=utf-8"}, page)

    assert error.retryable
    assert "502 Bad Gateway" in error.message
    assert "Try again" in error.message


@pytest.mark.parametrize(
    ("page", "reason", "way_out"),
    [
        (b"<html><title>413 Request Entity Too Large</title>", Reason.TOO_LARGE, "Send less"),
        (b"<html><title>429 Too Many Requests</title>", Reason.RATE_LIMIT, "Try again"),
    ],
)
def test_a_gateways_page_about_the_request_is_no_wrong_address(page, reason, way_out):
    title = page[13:-8].decode()

    error = read_error_body(int(title[:3]), {"content-type": "text/html"}, page)

    assert error.reason is reason
    assert title in error.message
    assert way_out in error.message


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (401, Reason.AUTH),
        (429, Reason.RATE_LIMIT),
        (500, Reason.UPSTREAM),
        (503, Reason.OVERLOADED),
    ],
)
def test_plain_words_are_told_as_they_are(status, reason):
    error = read(status, b"Slow down, please")

    assert (error.message, error.reason) == ("Slow down, please", reason)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"null", b"7", b'{"error":{}}', b"\x00\xff"])
@pytest.mark.parametrize("status", [200, 400, 404, 500])
def test_an_error_that_says_nothing_still_makes_a_sentence(status, body):
    error = read(status, body)

    assert len(error.message) > 20
    assert error.status == status


@pytest.mark.parametrize(
    "document",
    [
        {"id": "c", "choices": [], "error": None},
        {"choices": [{"message": {"content": "x"}}]},
        {"usage": {"prompt_tokens": 1}, "message": "x"},
        {"data": [], "message": "ok"},
        {"message": {"role": "assistant", "content": "Hi"}},
        {"type": "ping"},
        [],
        "x",
        None,
    ],
)
def test_a_good_answer_holds_no_error(document):
    assert error_in(document) is None


def test_a_status_named_in_the_body_counts_where_none_came():
    assert error_in({"error": {"message": "x", "code": 502}}).status == 502
    assert error_in({"error": {"message": "x", "code": "429"}}).reason is Reason.RATE_LIMIT
    assert error_in({"error": {"message": "x"}}).status is None


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "Thu, 01 Jan 1970 00:01:40 GMT"}, 40),
        ({"retry-after": "Thu, 01 Jan 1970 00:00:01 GMT"}, 0),
        ({"x-ratelimit-reset": "1759845420000"}, 1759845360),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "-5"}, 0),
        ({}, None),
    ],
)
def test_how_long_to_wait_is_read_in_every_form(headers, seconds):
    assert retry_after(headers, now=60) == seconds


def test_how_long_to_wait_may_stand_in_the_body():
    details = [{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34s"}]

    assert read(429, {"error": {"message": "x", "details": details}}).retry_after == 34


@pytest.mark.parametrize(
    ("said", "loads"),
    [
        ("Loading model", True),
        ("The model is still loading.", True),
        ("Model is being loaded, come back later", True),
        ("No model is loaded.", False),
        ("No models are loaded.", False),
        ("The model is loaded with 4096 tokens of context", False),
    ],
)
def test_a_server_that_still_loads_is_told_from_one_without_a_model(said, loads):
    error = read(503, {"error": {"message": said}})

    assert ("still loading its model" in error.message) == loads
