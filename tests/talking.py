"""A program that talks through `/api`, as a script or a page does."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

import httpx

LAST = frozenset({"finished", "stopped", "failed", "interrupted"})


@dataclass(frozen=True)
class Heard:
    """One event of a run as it arrived; `at` is `time.monotonic`."""

    number: int
    kind: str
    data: dict[str, Any]
    at: float

    @property
    def said(self) -> tuple[int, str, str]:
        """What must be the same for every follower, whenever it came."""
        return self.number, self.kind, json.dumps(self.data, sort_keys=True)


class Talker:
    """A client of `/api` with an access token.

    With one of its `lines` at a time it stays with the worker that took its first request.
    """

    def __init__(self, url: str, token: str, *, lines: int = 100) -> None:
        self.http = httpx.Client(
            base_url=url,
            headers={"authorization": f"Bearer {token}"},
            timeout=30,
            trust_env=False,
            limits=httpx.Limits(max_connections=lines, keepalive_expiry=None),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()

    def ask(self, method: str, path: str, body: object = None, *, status: int | None = None) -> Any:
        """Return the answer's JSON; a status other than `status` (by default 2xx) is a failure."""
        answer = self.http.request(method, path, json=body)
        good = answer.is_success if status is None else answer.status_code == status
        assert good, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else None

    def get(self, path: str) -> Any:
        """Return what is at `path`."""
        return self.ask("GET", path)

    def post(self, path: str, body: object = None) -> Any:
        """Send `body` to `path`."""
        return self.ask("POST", path, body if body is not None else {})

    def chat(self, **fields: Any) -> str:
        """Make a chat and return its id."""
        chat_id: str = self.post("/api/chats", fields)["id"]
        return chat_id

    def say(self, chat_id: str, text: str, **fields: Any) -> str:
        """Say something and return the id of the run that answers."""
        run_id: str = self.post(f"/api/chats/{chat_id}/messages", {"text": text, **fields})["run"][
            "id"
        ]
        return run_id

    def follow(self, run_id: str, *, after: int = 0, by_query: bool = False) -> Iterator[Heard]:
        """Yield the events of a run that come after number `after`, to the last."""
        headers = {"last-event-id": str(after)} if after and not by_query else {}
        query = {"after": after} if by_query else {}
        with self.http.stream(
            "GET", f"/api/runs/{run_id}/events", headers=headers, params=query
        ) as answer:
            assert answer.status_code == 200, answer.read()
            yield from _events(_lines(answer.iter_bytes()))

    def finish(self, run_id: str) -> str:
        """Follow a run to its end; return its words."""
        return text_in(list(self.follow(run_id)))

    def run(self, run_id: str) -> dict[str, Any]:
        """Return a run as it is."""
        run: dict[str, Any] = self.get(f"/api/runs/{run_id}")
        return run

    def refused(self, method: str, path: str, status: int, **request: Any) -> dict[str, Any]:
        """Return the problem a request is answered with."""
        answer = self.http.request(method, path, **request)
        assert answer.status_code == status, f"{method} {path}: {answer.status_code} {answer.text}"
        assert answer.headers["content-type"] == "application/problem+json"
        problem: dict[str, Any] = answer.json()
        assert problem["status"] == status
        assert problem["code"]
        assert problem["detail"].endswith(".")
        return problem

    def messages(self, chat_id: str, **query: Any) -> list[dict[str, Any]]:
        """Return the messages along the head's path, oldest first."""
        answer = self.http.get(f"/api/chats/{chat_id}/messages", params=query)
        assert answer.is_success, answer.text
        messages: list[dict[str, Any]] = answer.json()["messages"]
        return messages


def text_in(heard: list[Heard]) -> str:
    """Return the visible words of a run."""
    return "".join(one.data["text"] for one in heard if one.kind == "text-delta")


def _lines(blocks: Iterator[bytes]) -> Iterator[str]:
    """Yield lines as the standard has them: words may hold what Python takes for a line's end."""
    rest = b""
    for block in blocks:
        *lines, rest = (rest + block).split(b"\n")
        yield from (line.decode() for line in lines)


def _events(lines: Iterator[str]) -> Iterator[Heard]:
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(":")
            if name:
                fields[name] = value.removeprefix(" ")
            continue
        if "data" in fields:
            kind = fields.get("event", "message")
            yield Heard(int(fields["id"]), kind, json.loads(fields["data"]), time.monotonic())
        fields = {}
