"""The broadcast of many workers: Redis Streams.

Each run has a stream whose entries are named by the number of their last event, so that adding
one twice is refused and reading goes on from any number. Each worker has a stream of its own
with the runs others want to stop; one blocking read waits for that and for every run somebody
follows here. What Redis loses is in the database. Words to people go through one channel that all
workers have subscribed to: they are few, and nobody misses one that comes too late.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import msgspec
from msgspec import Struct
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from tapster.broadcast.channels import Batch, Channel
from tapster.broadcast.ears import Ear, Word
from tapster.broadcast.memory import MemoryBroadcast
from tapster.core.run_events import join_bodies

_log = logging.getLogger(__name__)

# Entries of a run's stream, and seconds it stays after its last one.
_LONGEST_STREAM = 2_000
_STREAM_STAYS = 900
# Batches that wait for Redis; beyond, they are dropped and followers read the database.
_LONGEST_QUEUE = 20_000
# Seconds of one blocking read, between two signs of life, and after which a worker is gone.
_BLOCK = 5.0
_SIGN_OF_LIFE = 5.0
_GONE_AFTER = 16.0
# Seconds to wait before Redis is tried again.
_PAUSE = 0.25
_PATIENCE = 5.0

# Words that wait for Redis; beyond, they are dropped, and all that hear are told so.
_MOST_WORDS = 5_000

_LOST = (RedisError, OSError, TimeoutError)


class _Said(Struct, frozen=True, array_like=True):
    """A word on its way to other workers: who says it, and to whom. None: some were lost."""

    worker: str
    person: str | None
    word: Word | None


_SAID = msgspec.msgpack.Decoder(_Said)


class StreamBroadcast:
    """What is published here is heard here at once, and elsewhere through Redis at `url`.

    `prefix` begins every key; workers hear each other when it is the same.
    """

    def __init__(
        self,
        url: str,
        *,
        worker: str,
        prefix: str = "tapster",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._redis: Redis = Redis.from_url(
            url, socket_timeout=_BLOCK + _PATIENCE, socket_connect_timeout=_PATIENCE
        )
        self._worker = worker
        self._prefix = prefix
        self._clock = clock
        self._here = MemoryBroadcast()
        self._listeners: dict[str, Callable[[str], None]] = {}
        self._queue: list[tuple[str, Batch]] = []
        self._asked: list[tuple[str, str]] = []
        self._said: dict[tuple[str | None, str], _Said] = {}
        # Words of ours that nobody elsewhere will hear, since they were last told of that.
        self._lost_words = False
        self._something = asyncio.Event()
        self._heard = "0-0"
        self._live = False
        self._closing = False
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def live(self) -> bool:
        """Whether Redis answers."""
        return self._live

    async def start(self) -> None:
        """Begin to listen. That Redis is away is no error: it is tried again and again."""
        with contextlib.suppress(*_LOST):
            await self._find_place()
        self._tasks = [
            asyncio.create_task(each) for each in (self._send(), self._read(), self._hear_words())
        ]

    async def aclose(self) -> None:
        """Send what waits, if Redis answers, and close."""
        self._closing = True
        self._something.set()
        if self._tasks:
            sender, *readers = self._tasks
            for reader in readers:
                reader.cancel()
            await asyncio.wait((sender,), timeout=_PATIENCE)
            sender.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(*_LOST):
            await self._redis.zrem(self._key("workers"), self._worker)
        with contextlib.suppress(*_LOST):
            await self._redis.aclose()

    def publish(self, name: str, batch: Batch) -> None:
        """Add a batch to the channel `name`."""
        self._here.publish(name, batch)
        if self._live and len(self._queue) < _LONGEST_QUEUE:
            self._queue.append((name, batch))
            self._something.set()

    def close(self, name: str) -> None:
        """Say that nothing more is published to `name` here."""
        self._here.close(name)

    @contextmanager
    def follow(self, name: str, *, after: int) -> Iterator[Channel]:
        """Lend the channel `name`, to be read from event `after` on."""
        known = name in self._here.places
        with self._here.follow(name, after=after) as channel:
            if not known:
                self.ask_to_stop(self._worker, "")  # has the blocking read begin anew
            yield channel

    def listen(self, worker: str, listener: Callable[[str], None]) -> None:
        """Have `listener` called for each run of `worker` that is to stop."""
        self._listeners[worker] = listener

    def ask_to_stop(self, worker: str, run_id: str) -> None:
        """Tell `worker` that somebody wants its run to stop."""
        if self._live and len(self._asked) < _LONGEST_QUEUE:
            self._asked.append((worker, run_id))
            self._something.set()

    def tell(self, person: str | None, word: Word) -> None:
        """Say `word` to whoever hears `person`, in every process; `None` is everyone."""
        self._here.tell(person, word)
        if self._live and len(self._said) < _MOST_WORDS:
            self._said[person, word.subject] = _Said(self._worker, person, word)
        else:
            self._lost_words = True
        if self._has_to_send:
            self._something.set()

    def hear(self, person: str) -> AbstractContextManager[Ear]:
        """Lend an ear for what is said to `person`, and to everyone, from now on."""
        return self._here.hear(person)

    async def present(self) -> frozenset[str]:
        """Return the workers that gave a sign of life lately; only this one if Redis is away."""
        try:
            names: Any = await self._redis.zrangebyscore(
                self._key("workers"), self._clock() - _GONE_AFTER, "+inf"
            )
        except _LOST:
            return frozenset({self._worker})
        return frozenset(name.decode() for name in names) | {self._worker}

    def _key(self, *names: str) -> str:
        return ":".join((self._prefix, *names))

    async def _find_place(self) -> None:
        """Go on at the end of this worker's stream: what was asked before was for another life."""
        newest: Any = await self._redis.xrevrange(self._key("worker", self._worker), count=1)
        self._heard = newest[0][0].decode() if newest else "0-0"
        self._now_live(lives=True)

    def _now_live(self, *, lives: bool) -> None:
        if lives == self._live:
            return
        self._live = lives
        if not lives:
            # What comes until Redis answers again is not sent: this would end before a gap.
            self._queue.clear()
            self._asked.clear()
            self._lost_words |= bool(self._said)
            self._said.clear()
        _log.log(
            logging.INFO if lives else logging.WARNING,
            "Redis answers" if lives else "Redis does not answer: followers read the database",
        )
        for place in self._here.places.values():
            place.channel.wake()
        if self._has_to_send:
            self._something.set()

    async def _send(self) -> None:
        """Send what is published, all that waits at once, and a sign of life now and then."""
        lived = -_SIGN_OF_LIFE
        while not self._closing or self._has_to_send:
            due = lived + _SIGN_OF_LIFE - time.monotonic()
            if due > 0 and not self._has_to_send:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(due):
                        await self._something.wait()
            self._something.clear()
            queue, self._queue = self._queue, []
            asked, self._asked = self._asked, []
            said, self._said = self._said, {}
            told = list(said.values())
            if self._lost_words and self._live:
                self._lost_words = False
                told.insert(0, _Said(self._worker, None, None))
            try:
                if time.monotonic() - lived >= _SIGN_OF_LIFE:
                    await self._live_sign()
                    lived = time.monotonic()
                if queue or asked or told:
                    await self._send_all(queue, asked, told)
            except _LOST:
                self._lost_words |= bool(told)
                self._now_live(lives=False)
                lived = -_SIGN_OF_LIFE
                if self._closing:
                    return
                await asyncio.sleep(_PAUSE)

    @property
    def _has_to_send(self) -> bool:
        lost = self._lost_words and self._live
        return bool(self._queue or self._asked or self._said or lost)

    async def _live_sign(self) -> None:
        now = self._clock()
        pipeline = self._redis.pipeline(transaction=False)
        pipeline.zadd(self._key("workers"), {self._worker: now})
        pipeline.zremrangebyscore(self._key("workers"), "-inf", now - _GONE_AFTER)
        await pipeline.execute()

    async def _send_all(
        self,
        queue: list[tuple[str, Batch]],
        asked: list[tuple[str, str]],
        said: Iterable[_Said],
    ) -> None:
        pipeline = self._redis.pipeline(transaction=False)
        for name, batch in _joined(queue):
            key = self._key("run", name)
            fields: dict[Any, Any] = {"first": batch.first, "body": batch.body}
            pipeline.xadd(key, fields, id=f"{batch.last}-0", maxlen=_LONGEST_STREAM)
            pipeline.expire(key, _STREAM_STAYS)
        for worker, run_id in asked:
            key = self._key("worker", worker)
            pipeline.xadd(key, {"stop": run_id}, maxlen=_LONGEST_STREAM)
            pipeline.expire(key, _STREAM_STAYS)
        for each in said:
            pipeline.publish(self._key("words"), msgspec.msgpack.encode(each))
        for answer in await pipeline.execute(raise_on_error=False):
            # An entry that is there already is refused, and that is well.
            if isinstance(answer, Exception) and not isinstance(answer, ResponseError):
                raise answer

    async def _read(self) -> None:
        while True:
            try:
                if not self._live:
                    await self._find_place()
                await self._read_once()
            except _LOST:
                self._now_live(lives=False)
                await asyncio.sleep(_PAUSE)
            except Exception:  # noqa: BLE001  # an entry nobody understands must not deafen us
                _log.exception("What Redis holds could not be read")
                self._now_live(lives=False)
                await asyncio.sleep(_PATIENCE)

    async def _hear_words(self) -> None:
        """Hear what other workers say to people; after a break ears have missed something."""
        is_late = False
        while True:
            try:
                async with self._redis.pubsub(ignore_subscribe_messages=True) as words:
                    await words.subscribe(self._key("words"))
                    if is_late:
                        self._here.miss()
                    is_late = True
                    while True:
                        self._pass_on(await words.get_message(timeout=_BLOCK))
            except _LOST:
                is_late = True
                await asyncio.sleep(_PAUSE)
            except Exception:  # noqa: BLE001  # a word nobody understands must not deafen us
                _log.exception("What another worker says could not be read")
                await asyncio.sleep(_PATIENCE)

    def _pass_on(self, message: Any) -> None:
        if message is None:
            return
        said = _SAID.decode(message["data"])
        if said.worker == self._worker:
            return
        if said.word is None:
            self._here.miss()
        else:
            self._here.tell(said.person, said.word)

    async def _read_once(self) -> None:
        own = self._key("worker", self._worker)
        followed = {
            self._key("run", name): place.channel
            for name, place in self._here.places.items()
            if not place.channel.published
        }
        places: dict[Any, Any] = {own: self._heard}
        places |= {key: f"{channel.last}-0" for key, channel in followed.items()}
        found = await self._redis.xread(places, count=256, block=int(_BLOCK * 1000))
        for key, entries in _pairs(found):
            if key.decode() == own:
                self._hear(entries)
                continue
            for number, fields in entries:
                last = int(number.partition(b"-")[0])
                followed[key.decode()].add(Batch(int(fields[b"first"]), last, fields[b"body"]))

    def _hear(self, entries: Any) -> None:
        for number, fields in entries:
            self._heard = number.decode()
            listener = self._listeners.get(self._worker)
            if listener is not None and fields[b"stop"]:
                listener(fields[b"stop"].decode())


def _pairs(found: Any) -> Any:
    """Return what a read found as pairs: a list or a dictionary, by the version spoken."""
    if not isinstance(found, dict):
        return found or ()
    return [(key, [each for part in parts for each in part]) for key, parts in found.items()]


def _joined(queue: list[tuple[str, Batch]]) -> Iterator[tuple[str, Batch]]:
    """Yield the batches of each run: what follows each other goes out as one entry."""
    by_channel: dict[str, list[list[Batch]]] = {}
    for name, batch in queue:
        stretches = by_channel.setdefault(name, [])
        if stretches and batch.first == stretches[-1][-1].last + 1:
            stretches[-1].append(batch)
        else:
            stretches.append([batch])
    for name, stretches in by_channel.items():
        for batches in stretches:
            body = join_bodies([batch.body for batch in batches])
            yield name, Batch(batches[0].first, batches[-1].last, body)
