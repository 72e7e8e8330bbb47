"""The door to runs: answers are asked for, followed and stopped here, on whichever worker."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Sequence
from contextlib import aclosing, asynccontextmanager, suppress
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from tapster.broadcast import Broadcast
from tapster.chats.admission import Limits, refuse_too_many
from tapster.chats.answers import Answers
from tapster.chats.following import Following
from tapster.chats.generation import Generation, Workshop
from tapster.chats.history import back_from
from tapster.chats.leases import Leases
from tapster.chats.limits import parts_from, words
from tapster.chats.ownership import chat_of, message_of, refuse_stale
from tapster.chats.pieces import Pieces
from tapster.chats.recovery import fold_saved, recover
from tapster.chats.repeats import Words, said_before
from tapster.chats.tree import Tree
from tapster.core.chats import Chat, ChatMessage
from tapster.core.errors import Busy, Conflict, InvalidInput, TapsterError
from tapster.core.figures import Figures
from tapster.core.messages import Part, Text
from tapster.core.run_events import RunEvent
from tapster.core.runs import Run, RunAsked, RunKind, Writer
from tapster.store import Rows, Store

T = TypeVar("T")

_log = logging.getLogger(__name__)

_LONGEST_INSTRUCTION = 100_000
# Seconds a wish to stop waits to see the run end, and runs that were interrupted to be written.
_STOPS_WITHIN = 5.0


class Said(NamedTuple):
    """What a person said, and the run that answers it."""

    message: ChatMessage
    run: Run


class Wish(NamedTuple):
    """What is wished for one run, in place of what its chat has. `page`: the page that asks."""

    connection: str | None = None
    model: str | None = None
    instruction: str = ""
    page: str | None = None


AS_IT_IS = Wish()


class Begun(NamedTuple, Generic[T]):
    """What was written to begin a run. One that is not new was begun by an earlier request."""

    chat: Chat
    said: T
    run: Run
    is_new: bool = True


class Runs:
    """Every run of a worker. `writer` asks the model; `worker` is a name that lasts over
    restarts, `boot` one that does not; `has_ended` says of another boot of this worker whether
    it is over, or whether its leases are to be waited for; what ends is counted in `figures`.
    None of this may be called inside a transaction.
    """

    def __init__(
        self,
        store: Store,
        broadcast: Broadcast,
        *,
        writer: Writer,
        new_id: Callable[[], str],
        clock: Callable[[], float],
        worker: str,
        boot: str,
        has_ended: Callable[[str], bool] = lambda _: True,
        limits: Limits | None = None,
        figures: Figures | None = None,
    ) -> None:
        limits = limits or Limits()
        pieces = Pieces(store, worker=worker, boot=boot, clock=clock, limits=limits)
        self._shop = Workshop(
            store=store,
            broadcast=broadcast,
            pieces=pieces,
            answers=Answers(new_id),
            writer=writer,
            clock=clock,
            limits=limits,
            figures=figures or Figures(),
            worker=worker,
            boot=boot,
        )
        self._tree = Tree(store, new_id=new_id, clock=clock)
        self._store = store
        self._broadcast = broadcast
        self._limits = limits
        self._new_id = new_id
        self._clock = clock
        self._here: dict[str, Generation] = {}
        self._leases = Leases(self._shop, self._here)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._tending: list[asyncio.Task[None]] = []
        self._has_ended = has_ended
        self._reserved = 0
        self._closing = False
        self._pauses = 0

    @property
    def running(self) -> int:
        """How many runs run in this process."""
        return len(self._here)

    async def start(self) -> None:
        """Interrupt what an earlier life of this worker left, and begin to tend what runs."""
        self._broadcast.listen(self._shop.worker, self._leases.stop)
        try:
            await self._reap_earlier()
        except TapsterError as error:
            _log.warning("Runs of an earlier start are not looked after yet: %s", error.message)
        self._tending = [
            asyncio.create_task(self._shop.pieces.keep()),
            asyncio.create_task(self._leases.keep()),
        ]

    async def close(self, grace: float = 0.0) -> None:
        """Take on nothing new, let what runs end for `grace` seconds, then interrupt it."""
        self._closing = True
        if grace > 0 and self._tasks:
            await asyncio.wait(self._tasks, timeout=grace)
        for generation in tuple(self._here.values()):
            generation.interrupt()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_STOPS_WITHIN + self._limits.save_for)
        left = [*self._tasks, *self._tending]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Interrupt what runs here and write its end; until the block ends take on nothing new."""
        self._pauses += 1
        try:
            for generation in tuple(self._here.values()):
                generation.interrupt()
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=_STOPS_WITHIN + self._limits.save_for)
            yield
        finally:
            self._pauses -= 1

    async def stop_all_of(self, owner: str) -> None:
        """Have everything stop that runs for a person, wherever it runs."""
        async with self._store.read() as rows:
            found = await rows.runs.running_of(owner)
        await asyncio.gather(*(self.stop(owner, run.id) for run in found), return_exceptions=True)

    async def say(
        self,
        owner: str,
        chat_id: str,
        said: str | tuple[Part, ...],
        *,
        parent: str | None = None,
        version: int | None = None,
        head: str | UnsetType | None = UNSET,
        key: str | None = None,
        wish: Wish = AS_IT_IS,
    ) -> Said:
        """Add what a person says below `parent` (or the chat's head), and have it answered.

        `version` is the version of the chat, and `head` the end of its path, that the person
        saw. With a `key` that was used before, what was begun then is returned.
        """
        parts = parts_from(said)
        if all(isinstance(part, Text) and not part.text.strip() for part in parts):
            raise InvalidInput("There is nothing to say: write some words.", field="text")

        async def begin(rows: Rows) -> Begun[ChatMessage]:
            if key is not None:
                chat = await chat_of(rows, owner, chat_id, hold=True)
                again = Words(parts=parts, parent=parent, answered=True)
                if (before := await said_before(rows, chat, key, again)) and before.run:
                    return Begun(chat, before.message, before.run, is_new=False)
            message = await self._tree.say(
                owner, chat_id, parts, parent=parent, version=version, head=head, key=key
            )
            chat = await chat_of(rows, owner, chat_id)
            run = await self._add(rows, chat, "say", parent_id=message.id, head_id=message.id)
            return Begun(chat, message, run)

        begun = await self._begin(begin, wish)
        return Said(begun.said, begun.run)

    async def swipe(self, owner: str, message_id: str, *, wish: Wish = AS_IT_IS) -> Run:
        """Have another answer written beside the answer `message_id`."""
        return await self._answer_anew("swipe", owner, message_id, wish)

    async def regenerate(self, owner: str, message_id: str, *, wish: Wish = AS_IT_IS) -> Run:
        """Have a message answered, or an answer written anew; the one there was is kept."""
        return await self._answer_anew("regenerate", owner, message_id, wish)

    async def continue_(
        self, owner: str, message_id: str, *, version: int | None = None, wish: Wish = AS_IT_IS
    ) -> Run:
        """Have the answer `message_id` go on where it ended."""

        async def begin(rows: Rows) -> Begun[None]:
            chat, message = await message_of(rows, owner, message_id, hold=True)
            refuse_stale(version, message)
            if message.role != "assistant":
                raise InvalidInput("Only an answer can be continued.", field="message")
            await self._refuse_unfinished(rows, message)
            run = await self._add(
                rows, chat, "continue", parent_id=message.parent_id, target_id=message.id
            )
            return Begun(chat, None, run)

        return (await self._begin(begin, wish)).run

    async def impersonate(
        self, owner: str, chat_id: str, *, instruction: str = "", wish: Wish = AS_IT_IS
    ) -> Run:
        """Have the person's next message written; it stays with the run as its text."""
        return await self._aside("impersonate", owner, chat_id, instruction, wish)

    async def quiet(self, owner: str, chat_id: str, prompt: str, *, wish: Wish = AS_IT_IS) -> Run:
        """Ask something about the chat that does not become a part of it."""
        if not prompt.strip():
            raise InvalidInput("There is nothing to ask: write some words.", field="prompt")
        return await self._aside("quiet", owner, chat_id, prompt, wish)

    async def get(self, owner: str, run_id: str) -> Run:
        """Return a run as it is. Raises `NotFound`."""
        async with self._store.read() as rows:
            return await rows.runs.of_owner(owner, run_id)

    async def list(self, owner: str, chat_id: str) -> tuple[Run, ...]:
        """Return what is running in a chat, oldest first."""
        async with self._store.read() as rows:
            await chat_of(rows, owner, chat_id)
            return await rows.runs.running_in(chat_id)

    async def unanswered(self, owner: str, chat_id: str) -> Run | None:
        """Return the run that was to answer the chat's head and ended without a word, if the
        last one did.
        """
        async with self._store.read() as rows:
            chat = await chat_of(rows, owner, chat_id)
            run = await rows.runs.last_answering(chat_id, chat.head) if chat.head else None
        if run is None or run.state == "running" or run.message_id is not None:
            return None
        return run

    async def follow(
        self, owner: str, run_id: str, *, after: int = 0
    ) -> AsyncGenerator[RunEvent, None]:
        """Yield the run's events after number `after`, each once, up to the closing one."""
        if after < 0:
            raise InvalidInput("`after` is the number of an event: 0 or more.", field="after")
        await self.get(owner, run_id)
        following = Following(
            self._store, self._broadcast, run_id, after=after, limits=self._limits
        )
        async with aclosing(following.events()) as events:
            async for event in events:
                yield event

    async def stop(self, owner: str, run_id: str) -> Run:
        """Have a run stop, wherever it runs, and return it as it is then; its text is kept."""
        generation = self._here.get(run_id)
        if generation is not None and generation.run.owner == owner:
            generation.stop()
            with suppress(TimeoutError):
                async with asyncio.timeout(_STOPS_WITHIN):
                    await generation.ended.wait()
            if generation.run.state != "running":
                return generation.run
            return await self.get(owner, run_id)
        run = await self.get(owner, run_id)
        if run.state != "running":
            return run
        self._broadcast.ask_to_stop(run.worker, run_id)
        async with self._store.begin() as rows:
            await rows.runs.ask_to_stop(run_id)
        with suppress(TimeoutError):
            async with asyncio.timeout(_STOPS_WITHIN):
                async for _ in self.follow(owner, run_id):
                    pass
        return await self.get(owner, run_id)

    async def read_so_far(self, messages: Sequence[ChatMessage]) -> tuple[ChatMessage, ...]:
        """Return `messages`; those that are still being written with what is there of them."""
        found: list[ChatMessage] = []
        for message in messages:
            if message.parts or message.run_id is None:
                found.append(message)
                continue
            if generation := self._here.get(message.run_id):
                found.append(replace(message, parts=generation.folded.parts))
                continue
            async with self._store.read() as rows:
                folded = await fold_saved(rows, message.run_id)
            found.append(replace(message, parts=folded.parts))
        return tuple(found)

    async def reap(self, *, has_ended: Callable[[str], bool] = lambda _: False) -> tuple[Run, ...]:
        """Interrupt what nobody runs any more, and return that. Raises `StoreError`.

        `has_ended` says of a boot, of whatever worker, whether it is known to be no more: nobody
        waits for the end of its leases.
        """
        async with self._store.read() as rows:
            boots = await rows.runs.boots_of()
        others = boots - {self._shop.boot}
        return await recover(self._shop, ended=[boot for boot in others if has_ended(boot)])

    async def _reap_earlier(self) -> None:
        """Interrupt at once what earlier lives of this worker left, if they have ended."""
        async with self._store.read() as rows:
            boots = await rows.runs.boots_of(self._shop.worker)
        earlier = boots - {self._shop.boot}
        await recover(self._shop, ended=[boot for boot in earlier if self._has_ended(boot)])

    async def prune(self) -> int:
        """Forget the single events of runs that ended long ago; return of how many runs."""
        return await self._leases.prune()

    async def _answer_anew(self, kind: RunKind, owner: str, message_id: str, wish: Wish) -> Run:
        async def begin(rows: Rows) -> Begun[None]:
            chat, message = await message_of(rows, owner, message_id, hold=True)
            answered = message.parent_id if message.role == "assistant" else message.id
            if kind == "swipe" and message.role != "assistant":
                raise InvalidInput("Only an answer can have alternatives.", field="message")
            run = await self._add(
                rows, chat, kind, parent_id=answered, target_id=message.id, head_id=chat.head
            )
            return Begun(chat, None, run)

        return (await self._begin(begin, wish)).run

    async def _aside(
        self, kind: RunKind, owner: str, chat_id: str, instruction: str, wish: Wish
    ) -> Run:
        field = "prompt" if kind == "quiet" else "instruction"
        wish = wish._replace(instruction=words(instruction, field=field, most=_LONGEST_INSTRUCTION))

        async def begin(rows: Rows) -> Begun[None]:
            chat = await chat_of(rows, owner, chat_id, hold=True)
            run = await self._add(rows, chat, kind, parent_id=chat.head)
            return Begun(chat, None, run)

        return (await self._begin(begin, wish)).run

    async def _refuse_unfinished(self, rows: Rows, message: ChatMessage) -> None:
        other = await rows.runs.continuing(message.id)
        if other is None and not message.parts and message.run_id is not None:
            other = await rows.runs.by_id(message.run_id)
        if other is not None and other.state == "running":
            raise Conflict(
                "This answer is being written already: wait for that to end, or stop it.",
                newer=other,
            )

    async def _add(
        self,
        rows: Rows,
        chat: Chat,
        kind: RunKind,
        *,
        parent_id: str | None,
        target_id: str | None = None,
        head_id: str | None = None,
    ) -> Run:
        """Keep a new run, if it is not one too many."""
        counted = await rows.runs.count_running(chat.owner, chat.id)
        refuse_too_many(self._limits, here=len(self._here) + self._reserved - 1, running=counted)
        now = self._clock()
        run = Run(
            id=self._new_id(),
            owner=chat.owner,
            chat_id=chat.id,
            kind=kind,
            parent_id=parent_id,
            target_id=target_id,
            head_id=head_id,
            worker=self._shop.worker,
            boot=self._shop.boot,
            lease_until=now + self._limits.lease,
            started_at=now,
        )
        await rows.runs.add(run)
        return run

    async def _begin(
        self, begin: Callable[[Rows], Coroutine[Any, Any, Begun[T]]], wish: Wish
    ) -> Begun[T]:
        """Write what begins a run and begin it, both or none, even when the caller leaves."""
        if self._closing:
            raise Busy("This server is about to end: try again in a moment.")
        if self._pauses:
            raise Busy("A backup is being restored: try again in a moment.")
        return await asyncio.shield(self._spawn(self._begin_whole(begin, wish)))

    async def _begin_whole(
        self, begin: Callable[[Rows], Coroutine[Any, Any, Begun[T]]], wish: Wish
    ) -> Begun[T]:
        self._reserved += 1
        try:
            async with self._store.begin() as rows:
                begun = await begin(rows)
            if begun.is_new:
                self._launch(begun.chat, begun.run, wish)
        finally:
            self._reserved -= 1
        return begun

    def _launch(self, chat: Chat, run: Run, wish: Wish) -> None:
        generation = Generation(run, self._shop)
        asked = RunAsked(
            run=run,
            chat=chat,
            history=partial(
                back_from, self._store, run.target_id if run.kind == "continue" else run.parent_id
            ),
            choose=generation.choose,
            note_cut=generation.note_cut,
            note_tries=generation.note_tries,
            instruction=wish.instruction,
            connection=wish.connection,
            model=wish.model,
            page=wish.page,
        )
        self._here[run.id] = generation
        self._spawn(self._run(generation, asked))
        if self._closing or self._pauses:
            generation.interrupt()

    async def _run(self, generation: Generation, asked: RunAsked) -> None:
        try:
            await generation.live(asked)
        finally:
            del self._here[asked.run.id]
            run = generation.run
            # Of one whose end is not written here, another process writes and counts it.
            if run.state != "running":
                self._shop.figures.note_run(run.kind, run.state)

    def _spawn(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, TapsterError):
            _log.error("A run could not be carried to its end", exc_info=error)
