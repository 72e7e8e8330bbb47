"""What was asked of the mock, for assertions afterwards."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from mock_provider.connection import Request


@dataclass(slots=True)
class Record:
    """One request and how its answer went. Times are seconds of `time.monotonic()`.

    `left` says that the client went away before the answer was complete, `left_at` when.
    """

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any
    raw: bytes
    vendor: str = ""
    elsewhere: bool = False
    faults: tuple[str, ...] = ()
    status: int = 0
    sent: int = 0
    at: float = field(default_factory=time.monotonic)
    finished_at: float | None = None
    left_at: float | None = None
    departure: asyncio.Event = field(default_factory=asyncio.Event, repr=False)

    @classmethod
    def of(cls, request: Request) -> "Record":
        return cls(
            method=request.method,
            path=request.path,
            query=request.query,
            headers=request.headers,
            body=request.json,
            raw=request.raw,
            elsewhere=request.elsewhere,
            faults=request.faults,
        )

    @property
    def left(self) -> bool:
        return self.left_at is not None

    @property
    def finished(self) -> bool:
        return self.finished_at is not None

    def as_json(self) -> dict[str, Any]:
        """Return the record for `/_mock/requests`."""
        return {
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "headers": self.headers,
            "body": self.body,
            "raw": None if self.body is not None else self.raw.decode("utf-8", "replace"),
            "vendor": self.vendor,
            "elsewhere": self.elsewhere,
            "faults": self.faults,
            "status": self.status,
            "sent": self.sent,
            "at": self.at,
            "finished_at": self.finished_at,
            "left_at": self.left_at,
        }
