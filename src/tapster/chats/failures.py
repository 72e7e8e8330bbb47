"""What went wrong in a run, as the event that says so."""

import logging

from tapster.chats.numbering import kept
from tapster.core.errors import (
    EngineError,
    InvalidInput,
    NotFound,
    Reason,
    SourceError,
    StoreError,
    TapsterError,
    VaultError,
)
from tapster.core.events import Failed

_log = logging.getLogger(__name__)

_KINDS: tuple[tuple[type[TapsterError], Reason, str], ...] = (
    (InvalidInput, Reason.INVALID, "invalid_input"),
    (NotFound, Reason.NOT_FOUND, "not_found"),
    (VaultError, Reason.AUTH, "vault_error"),
    (EngineError, Reason.OVERLOADED, "engine_error"),
    (StoreError, Reason.INTERRUPTED, "store_error"),
)


def failure_of(error: Exception) -> Failed:
    """Return what `error` is to whoever follows the run."""
    if isinstance(error, SourceError):
        return kept(Failed.because(error))
    if isinstance(error, TapsterError):
        for kind, reason, name in _KINDS:
            if isinstance(error, kind):
                return Failed(reason, error.message, error_type=name)
        return Failed(Reason.INVALID, error.message, error_type="tapster_error")
    _log.error("A run failed in a way Tapster does not know", exc_info=error)
    return Failed(
        Reason.INTERRUPTED,
        "Something went wrong in Tapster itself, not at the provider: try again, and look at "
        "the log if it stays so.",
        error_type="server_error",
    )


def unsaved(error: TapsterError) -> Failed:
    """Return what to tell when a run's text cannot be saved."""
    return Failed(
        Reason.INTERRUPTED,
        f"The answer could not be saved: {error.message} What was written so far is kept in "
        "memory and saved as soon as that is possible; copy it if it matters.",
        error_type="store_error",
    )
