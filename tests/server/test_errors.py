"""What each family of errors is over HTTP."""

import json
from inspect import signature

import pytest

from tapster.core.errors import (
    AddressRefused,
    Busy,
    Conflict,
    EngineError,
    InvalidInput,
    KeyDetached,
    NotFound,
    Reason,
    SourceError,
    StoreError,
    Tampered,
    TapsterError,
    VaultLocked,
)
from tapster.server.errors import told


def every_error(kind: type = TapsterError) -> set[type]:
    return {kind}.union(*(every_error(below) for below in kind.__subclasses__()))


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (InvalidInput("No."), 400),
        (AddressRefused("No."), 400),
        (NotFound("No."), 404),
        (Conflict("No."), 409),
        (KeyDetached("No."), 409),
        (VaultLocked("No."), 409),
        (Tampered("No."), 409),
        (EngineError("No."), 503),
        (StoreError("No."), 503),
        (Busy("No."), 503),
        (Busy("No.", person=True), 429),
        (TapsterError("No."), 500),
    ],
)
def test_each_family_has_its_status(error, status):
    assert told(error).status == status


OURS = sorted(every_error() - {SourceError}, key=lambda kind: kind.__name__)


@pytest.mark.parametrize("kind", OURS, ids=lambda kind: kind.__name__)
def test_every_error_comes_in_the_same_envelope(kind):
    more = {"retry_after": 1.0} if "retry_after" in signature(kind).parameters else {}
    said = json.loads(told(kind("What happened.", **more)).body)

    assert said["error"]["message"] == "What happened."
    assert said["error"].keys() == {"message", "type", "param", "code"}
    assert said["error"]["type"]


def test_a_field_that_was_wrong_is_named():
    said = json.loads(told(InvalidInput("No.", field="messages[3].role")).body)

    assert said["error"]["param"] == "messages[3].role"


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_status_where_the_provider_gave_none(reason):
    answer = told(SourceError(reason, "It broke."))

    assert 400 <= answer.status <= 599
    assert json.loads(answer.body)["error"]["code"] == reason.value


def test_a_providers_status_words_type_param_and_code_are_kept():
    error = SourceError(
        Reason.INVALID, "Their words.", status=418, code="teapot", type="brew_error", param="cup"
    )

    answer = told(error)

    assert answer.status == 418
    assert json.loads(answer.body)["error"] == {
        "message": "Their words.",
        "type": "brew_error",
        "param": "cup",
        "code": "teapot",
    }


@pytest.mark.parametrize(("status", "ours"), [(200, 502), (302, 502), (404, 404), (403, 403)])
def test_a_page_that_is_no_api_is_never_a_success(status, ours):
    assert told(SourceError(Reason.NOT_AN_API, "A web page.", status=status)).status == ours


def test_an_error_inside_a_good_status_gets_the_status_of_its_reason():
    assert told(SourceError(Reason.RATE_LIMIT, "Slow down.", status=200)).status == 429
