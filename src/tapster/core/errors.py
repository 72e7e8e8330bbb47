"""What can go wrong, and who erred.

    TapsterError
    ├── InvalidInput     the caller sent something we cannot take; names the field
    │   └── AddressRefused   an address we will not connect to
    ├── NotFound         no such connection, key, model, …
    ├── NotSignedIn      nobody we know asks for this
    ├── NotAllowed       the caller is known, and may not do this
    ├── TooOften         the caller has to wait before trying again
    ├── Conflict         the name is taken, or somebody else was faster
    ├── VaultError       a key cannot be opened
    │   ├── VaultLocked      the passphrase is missing or wrong
    │   ├── KeyDetached      the key belongs to another origin than the one asked
    │   └── Tampered         the sealed bytes are not what we sealed
    ├── Busy             too much runs at once; says when to try again
    ├── StoreError       the database cannot be used (locked, read-only, newer, full)
    ├── EngineError      the model inside the process cannot be loaded or run
    └── SourceError      a provider refused, failed or went silent

Messages are for the person at the screen: they say what happened and what to do.
"""

from enum import StrEnum


class TapsterError(Exception):
    """Anything Tapster itself reports. `message` is a whole sentence with the way out."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InvalidInput(TapsterError):
    """The caller sent something we cannot take; `field` names it."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class AddressRefused(InvalidInput):
    """An address we will not connect to, by the address guard."""


class NotFound(TapsterError):
    """There is no such thing here."""


class NotSignedIn(TapsterError):
    """Nobody we know asks: a session or an access token is missing, or at its end."""


class NotAllowed(TapsterError):
    """The caller is known, and may not do this."""


class TooOften(TapsterError):
    """The caller has to wait `retry_after` seconds before trying again."""

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Conflict(TapsterError):
    """The name is taken, or the thing changed in the meantime; `newer` is what it is by then."""

    def __init__(self, message: str, *, newer: object = None) -> None:
        super().__init__(message)
        self.newer = newer


class VaultError(TapsterError):
    """A key cannot be opened."""


class VaultLocked(VaultError):
    """The vault's passphrase is missing or wrong."""


class KeyDetached(VaultError):
    """The key belongs to another origin than the one it would be sent to."""


class Tampered(VaultError):
    """The sealed bytes are not what we sealed."""


class Busy(TapsterError):
    """Too much runs at once: for `person`, or for this whole server.

    `retry_after` is in seconds.
    """

    def __init__(self, message: str, *, retry_after: float = 5.0, person: bool = False) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.person = person


class StoreError(TapsterError):
    """The database cannot be used."""


class EngineError(TapsterError):
    """The model inside the process cannot be loaded or run."""


class Reason(StrEnum):
    """Why a source failed: ours and closed, so that callers can match on it."""

    AUTH = "auth"
    PERMISSION = "permission"
    BILLING = "billing"
    NOT_FOUND = "not_found"
    TOO_LARGE = "too_large"
    RATE_LIMIT = "rate_limit"
    OVERLOADED = "overloaded"
    INVALID = "invalid"
    FILTERED = "filtered"
    UPSTREAM = "upstream"
    UNREACHABLE = "unreachable"
    TLS = "tls"
    TIMEOUT = "timeout"
    NOT_AN_API = "not_an_api"
    INTERRUPTED = "interrupted"


class SourceError(TapsterError):
    """A provider refused, failed or went silent.

    `status` is the provider's HTTP status (`None` when none was received); `message` is its
    own words where it said any, else ours; `code`, `type` and `param` are its own error
    fields; `detail` is the useful rest (for instance the upstream's words behind a router),
    already bounded; `retry_after` is in seconds.
    """

    def __init__(
        self,
        reason: Reason,
        message: str,
        *,
        status: int | None = None,
        code: str | int | None = None,
        type: str | None = None,  # noqa: A002  # the field's name on every wire
        param: str | None = None,
        detail: str | None = None,
        retry_after: float | None = None,
        body: bytes | None = None,
    ) -> None:
        super().__init__(message)
        self.reason = reason
        self.status = status
        self.code = code
        self.type = type
        self.param = param
        self.detail = detail
        self.retry_after = retry_after
        self.body = body

    @property
    def retryable(self) -> bool:
        """Whether the same request may succeed a little later, at the same place.

        After a silence that was waited for to its end nobody waits for another.
        """
        return self.reason in {
            Reason.RATE_LIMIT,
            Reason.OVERLOADED,
            Reason.UPSTREAM,
            Reason.UNREACHABLE,
        }
