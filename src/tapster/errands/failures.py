"""What went wrong in a page, as the error of a source: each code with a sentence and a way out.

Codes of the extension: https://windowai.io. Names of the browser's own errors:
https://developer.mozilla.org/en-US/docs/Web/API/LanguageModel
"""

import re
from http import HTTPStatus

from tapster.core.errands import Ability
from tapster.core.errors import Reason, SourceError
from tapster.dialects.error_reasons import reason_for

TOO_LONG = "too_long"
"""Our own code for an answer that does not end."""

# A page has tried again itself where that helps: nothing here is tried again, but what a
# provider behind the extension says of its load.
_REJECTED = re.compile(
    r"(?:MODEL_REJECTED_REQUEST\W*)?(?P<status>[45]\d\d)?\W*(?P<words>.*)", re.DOTALL
)
_OF_EXTENSION = {
    "NOT_AUTHENTICATED": (
        Reason.AUTH,
        401,
        (
            "The Window AI extension says that you are not signed in there, or that its key was "
            "refused: open the extension and look."
        ),
    ),
    "PERMISSION_DENIED": (
        Reason.PERMISSION,
        403,
        (
            "This page may not use the Window AI extension: you, or the extension, refused it. "
            "Send again and allow it."
        ),
    ),
    "REQUEST_NOT_FOUND": (
        Reason.INTERRUPTED,
        500,
        "The Window AI extension lost the request twice. Reload this page, then try again.",
    ),
    "INVALID_REQUEST": (
        Reason.INVALID,
        400,
        "The Window AI extension does not take this request: check the model and its settings.",
    ),
    "PAYMENT_REQUIRED": (
        Reason.BILLING,
        402,
        "The provider behind the Window AI extension wants to be paid: add credit there.",
    ),
}
_OF_BROWSER = {
    "NotAllowedError": (
        Reason.PERMISSION,
        403,
        (
            "The browser does not let this page use its model. Where it is to be downloaded first, "
            "do that under API Connections."
        ),
    ),
    "NotSupportedError": (
        Reason.INVALID,
        400,
        (
            "The browser's model does not take this request: an instruction, a language or a "
            "setting in it is not supported."
        ),
    ),
    "QuotaExceededError": (
        Reason.TOO_LARGE,
        413,
        (
            "The chat is longer than the browser's model can read. Set its context under API "
            "Connections, so that older messages are left out."
        ),
    ),
    "NetworkError": (
        Reason.INTERRUPTED,
        None,
        "The browser could not download its model. Check the network and the space on the disk.",
    ),
}
_WITHOUT = {
    "window.ai": "No open page of yours has the Window AI extension. Install it from "
    "https://windowai.io, reload this page, and try again.",
    "language-model": "No open page of yours has a model in its browser. Chrome and Edge on a "
    "computer have one, on https pages and on this machine's own address; other browsers do not.",
}
_DECLINED = {
    "downloadable": "The browser's model is not downloaded yet: download it under API Connections.",
    "downloading": "The browser's model is still being downloaded: try again when it is here.",
    "unavailable": "This browser has the interface for a model of its own, but this computer "
    "cannot run one: it lacks memory, disk space or a graphics card.",
}


def only_in_pages() -> SourceError:
    """Return the error for who asks without a page: a terminal, or a program."""
    return SourceError(
        Reason.INVALID,
        "This model lives in a browser, where only an open page can ask it: open Tapster in a "
        "browser that has it, and write there. Terminals and programs cannot use it.",
        code="needs_page",
    )


def no_page(ability: Ability, code: str | None) -> SourceError:
    """Return the error where no page took an errand; `code` is why the one that asks did not."""
    sentence = _DECLINED[code] if code in _DECLINED else _WITHOUT[ability]
    return SourceError(Reason.NOT_FOUND, sentence, code="no_page")


def page_gone() -> SourceError:
    """Return the error where the page that carried it out does so no more."""
    return SourceError(
        Reason.INTERRUPTED,
        "The page that was writing this was closed, reloaded, or lost its connection. What it "
        "wrote is here: Continue goes on with it.",
        code="page_gone",
    )


def failure_of(ability: Ability, code: str, message: str) -> SourceError:
    """Return the error a model in a page failed with: its own `code`, and its words."""
    if code == TOO_LONG:
        return SourceError(
            Reason.UPSTREAM, "The answer did not end: it was cut off here.", code=code
        )
    known = _OF_EXTENSION if ability == "window.ai" else _OF_BROWSER
    if code in known:
        reason, status, sentence = known[code]
        return SourceError(reason, sentence, status=status, code=code, detail=message or None)
    if code == "MODEL_REJECTED_REQUEST":
        return _rejected(message)
    return SourceError(
        Reason.INTERRUPTED,
        f"The model in the browser failed: {message or code}",
        code=code,
    )


def _rejected(message: str) -> SourceError:
    """Return what a provider behind the extension said: `MODEL_REJECTED_REQUEST: 429: words`."""
    found = _REJECTED.match(message)
    status = int(found["status"]) if found and found["status"] else None
    words = (found["words"].strip() if found else "") or _said_nothing(status)
    reason = reason_for(status, None, None, words) if status else Reason.INVALID
    if reason in {Reason.UPSTREAM, Reason.NOT_AN_API}:
        reason = Reason.INTERRUPTED
    return SourceError(reason, words, status=status, code="MODEL_REJECTED_REQUEST")


def _said_nothing(status: int | None) -> str:
    phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else ""
    return f"The model behind the Window AI extension refused the request ({status} {phrase})."
