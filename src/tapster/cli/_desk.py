"""Tapster at work in a thread of its own, so that the main one can wait for the person.

Only the main thread hears Ctrl-C, and only where it waits for the keyboard itself does Ctrl-C
end the waiting. So a command that asks questions asks them here, and has the rest done there.
"""

from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from tapster.cli._farewell import farewells
from tapster.cli._terminal import opened

if TYPE_CHECKING:
    import asyncio

    from tapster.app import Config, Tapster

Result = TypeVar("Result")


class Desk:
    """Tapster, opened, and `do`, which has it work and waits. Belongs to the main thread."""

    def __init__(self, tapster: "Tapster", loop: "asyncio.AbstractEventLoop") -> None:
        self.tapster = tapster
        self._loop = loop

    def do(self, work: Coroutine[Any, Any, Result]) -> Result:
        """Return what `work` returns.

        At Ctrl-C it is cancelled, and `KeyboardInterrupt` raised once it has come to its end.
        """
        from concurrent.futures import Future

        outcome: Future[Result] = Future()
        tasks: list[asyncio.Task[Result]] = []

        def finish(task: "asyncio.Task[Result]") -> None:
            if task.cancelled():
                outcome.set_exception(KeyboardInterrupt())
            elif error := task.exception():
                outcome.set_exception(error)
            else:
                outcome.set_result(task.result())

        def start() -> None:
            task = self._loop.create_task(work)
            task.add_done_callback(finish)
            tasks.append(task)

        self._loop.call_soon_threadsafe(start)
        try:
            return outcome.result()
        except KeyboardInterrupt:
            self._loop.call_soon_threadsafe(lambda: [task.cancel() for task in tasks])
            outcome.exception()
            raise


@contextmanager
def desk(context: Any, config: "Config | None" = None) -> Iterator[Desk]:
    """Open Tapster in a thread of its own and close it at the end."""
    import asyncio
    import signal
    import threading
    from concurrent.futures import Future

    ready: Future[tuple[Tapster, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def keep_open() -> None:
        closing = asyncio.Event()
        loop = asyncio.get_running_loop()
        async with opened(context, config) as tapster:
            ready.set_result((tapster, loop, closing))
            await closing.wait()

    def work() -> None:
        # Signals are for the main thread: only there do they end the waiting for a line.
        if hasattr(signal, "pthread_sigmask"):
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, *farewells()})
        try:
            asyncio.run(keep_open())
        except BaseException as error:
            if ready.done():
                raise
            ready.set_exception(error)

    thread = threading.Thread(target=work, name="tapster", daemon=True)
    thread.start()
    tapster, loop, closing = ready.result()
    try:
        yield Desk(tapster, loop)
    finally:
        loop.call_soon_threadsafe(closing.set)
        thread.join()
