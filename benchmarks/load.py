"""Asks a gateway in one of several ways and tells what happened, as a process of its own.

`python -m benchmarks.load SPECIFICATION` takes a JSON `Load` and prints a JSON `Outcome`.
"""

import asyncio
import sys
import time
from collections import Counter

import msgspec
import uvloop
from msgspec import Struct, field

from benchmarks.canned import question

_END = b"\r\n0\r\n\r\n"
_MARK = b"data: "


class Load(Struct, kw_only=True):
    """What to ask, and how hard.

    `closed`: `clients` that each ask again once answered, for `seconds` after `warm` seconds.
    `paced`: `clients` streams that begin evenly spread over `spread` seconds, each once.
    `open`: `rate` requests a second for `seconds`, whether or not answers come, on at most
    `clients` connections.
    """

    way: str
    port: int
    model: str
    path: str = "/v1/chat/completions"
    token: str = "none"
    stream: bool = False
    clients: int = 1
    seconds: float = 3.0
    warm: float = 0.5
    spread: float = 0.0
    rate: float = 0.0
    events: int = 0


class Outcome(Struct, kw_only=True):
    """What happened. Times are in milliseconds.

    `answered` counts what was answered within `seconds`, `all_answered` also what came before
    and after; `worked` are the seconds of its core's time the gateway took for all of it.
    """

    answered: int = 0
    all_answered: int = 0
    worked: float = 0.0
    seconds: float = 0.0
    p50: float = 0.0
    p99: float = 0.0
    refused: int = 0
    refused_p99: float = 0.0
    failed: dict[str, int] = field(default_factory=dict)
    unanswered: int = 0
    unsent: int = 0
    first_p50: float = 0.0
    first_p99: float = 0.0
    largest_gap: float = 0.0
    gap_p999: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.answered / self.seconds if self.seconds else 0.0

    @property
    def capacity(self) -> float:
        """Answers per second of the gateway's own work: what others do meanwhile hardly counts."""
        return self.all_answered / self.worked if self.worked else 0.0


class Client(asyncio.Protocol):
    """One connection that asks one question at a time."""

    transport: asyncio.Transport

    def __init__(self, request: bytes, least_events: int) -> None:
        self._request = request
        self._least_events = least_events
        self._loop = asyncio.get_running_loop()
        self._done: asyncio.Future[int] | None = None
        self.keep_gaps = False
        self.gaps: list[float] = []
        self.first = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        self._tell(0)

    def ask(self) -> "asyncio.Future[int]":
        """Ask; the future tells the answer's status, 0 for one that broke."""
        self._head = b""
        self._status = 0
        self._left = -1
        self._tail = b""
        self._events = 0
        self._last = 0.0
        self._asked = time.perf_counter()  # the loop's own clock counts whole milliseconds
        self._done = self._loop.create_future()
        if self.transport.is_closing():
            self._tell(0)
        else:
            self.transport.write(self._request)
        return self._done

    def data_received(self, data: bytes) -> None:
        if not self._status:
            self._head += data
            head, ended, data = self._head.partition(b"\r\n\r\n")
            if not ended:
                return
            self._read_head(head.lower())
        if self._left >= 0:
            self._left -= len(data)
            if self._left <= 0:
                self._tell(self._status)
            return
        if data:
            self._read_stream(data)

    def _read_head(self, head: bytes) -> None:
        self._status = int(head[9:12])
        _, found, length = head.partition(b"content-length:")
        if found:
            self._left = int(length.partition(b"\r\n")[0])

    def _read_stream(self, data: bytes) -> None:
        seen = self._tail + data
        self._events += seen.count(_MARK) - self._tail.count(_MARK)
        self._tail = seen[-len(_END) :]
        if self.keep_gaps:
            self._note_time()
        if self._tail == _END:
            whole = self._status != 200 or self._events >= self._least_events
            self._tell(self._status if whole else -1)

    def _note_time(self) -> None:
        now = time.perf_counter()
        if self._last:
            self.gaps.append(now - self._last)
        else:
            self.first = now - self._asked
        self._last = now

    def _tell(self, status: int) -> None:
        if self._done is not None and not self._done.done():
            self._done.set_result(status)


class Run:
    """One load, from its first connection to its outcome."""

    def __init__(self, load: Load) -> None:
        self._load = load
        body = question(load.model, stream=load.stream)
        self._request = (
            f"POST {load.path} HTTP/1.1\r\nhost: 127.0.0.1:{load.port}\r\n"
            f"authorization: Bearer {load.token}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\n\r\n"
        ).encode() + body
        self._times: list[float] = []
        self._answered = 0
        self._refused: list[float] = []
        self._failed: Counter[str] = Counter()
        self._idle: list[Client] = []
        self._opened = 0
        self._unsent = 0

    async def run(self) -> Outcome:
        match self._load.way:
            case "closed":
                return await self._run_closed()
            case "paced":
                return await self._run_paced()
            case _:
                return await self._run_open()

    async def _connect(self) -> Client:
        _, client = await asyncio.get_running_loop().create_connection(
            lambda: Client(self._request, self._load.events), "127.0.0.1", self._load.port
        )
        return client

    async def _run_closed(self) -> Outcome:
        load = self._load
        clients = [await self._connect() for _ in range(load.clients)]
        begin = time.perf_counter() + load.warm
        end = begin + load.seconds

        async def go_on_asking(client: Client) -> None:
            while (asked := time.perf_counter()) < end:
                status = await client.ask()
                now = time.perf_counter()
                if status == 0:
                    client = await self._connect()  # the old one is closed
                self._answered += status == 200
                if begin <= now < end:
                    self._note(status, now - asked)

        await asyncio.wait_for(
            asyncio.gather(*map(go_on_asking, clients)), load.warm + load.seconds + 60
        )
        return self._outcome(load.seconds)

    async def _run_paced(self) -> Outcome:
        load = self._load
        began = time.perf_counter()

        async def stream_once(number: int) -> Client:
            await asyncio.sleep(load.spread * number / load.clients)
            client = await self._connect()
            client.keep_gaps = True
            asked = time.perf_counter()
            status = await client.ask()
            self._note(status, time.perf_counter() - asked)
            client.transport.close()
            return client

        streams = [asyncio.ensure_future(stream_once(each)) for each in range(load.clients)]
        done, left = await asyncio.wait(streams, timeout=load.spread + load.seconds + 30)
        for stream in left:
            stream.cancel()
        clients = [stream.result() for stream in done if stream.exception() is None]
        self._failed["not answered"] += len(streams) - len(clients)
        outcome = self._outcome(time.perf_counter() - began)
        firsts = sorted(client.first for client in clients)
        gaps = sorted(gap for client in clients for gap in client.gaps)
        outcome.first_p50 = _share(firsts, 0.5)
        outcome.first_p99 = _share(firsts, 0.99)
        outcome.largest_gap = _share(gaps, 1.0)
        outcome.gap_p999 = _share(gaps, 0.999)
        return outcome

    async def _run_open(self) -> Outcome:
        load = self._load
        began = time.perf_counter()
        sent = 0
        waiting: set[asyncio.Task[None]] = set()
        while (passed := time.perf_counter() - began) < load.seconds:
            due = int(passed * load.rate) - sent
            for _ in range(due):
                sent += 1
                if len(waiting) >= load.clients:
                    self._unsent += 1
                    continue
                task = asyncio.ensure_future(self._ask_once())
                waiting.add(task)
                task.add_done_callback(waiting.discard)
            await asyncio.sleep(0.002)
        outcome = self._outcome(load.seconds)
        outcome.unsent = self._unsent
        outcome.unanswered = len(waiting)
        if waiting:
            _, left = await asyncio.wait(waiting, timeout=10)
            for task in left:
                task.cancel()
        return outcome

    async def _ask_once(self) -> None:
        asked = time.perf_counter()
        try:
            client = self._idle.pop() if self._idle else await self._connect()
            status = await client.ask()
        except OSError:
            status = 0
        else:
            if status and not client.transport.is_closing():
                self._idle.append(client)
        self._note(status, time.perf_counter() - asked)

    def _note(self, status: int, seconds: float) -> None:
        if status == 200:
            self._times.append(seconds)
        elif status in {429, 503}:
            self._refused.append(seconds)
        else:
            named = {0: "broken", -1: "incomplete"}.get(status, str(status))
            self._failed[named] += 1

    def _outcome(self, seconds: float) -> Outcome:
        times = sorted(self._times)
        return Outcome(
            answered=len(times),
            all_answered=self._answered or len(times),
            seconds=seconds,
            p50=_share(times, 0.5),
            p99=_share(times, 0.99),
            refused=len(self._refused),
            refused_p99=_share(sorted(self._refused), 0.99),
            failed={name: count for name, count in self._failed.items() if count},
        )


def _share(ordered: list[float], share: float) -> float:
    """Return the time below which this share of `ordered` lies, in milliseconds."""
    if not ordered:
        return 0.0
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] * 1000


if __name__ == "__main__":
    load = msgspec.json.decode(sys.argv[1], type=Load)
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(Run(load).run())))
