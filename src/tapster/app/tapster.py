"""`Tapster`: everything joined. The command line, the server and programs come in here."""

import asyncio
import os
import secrets
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, suppress
from typing import Any

from msgspec import structs

from tapster.app.backups import Backups
from tapster.app.browser_grant import key_from_browser
from tapster.app.callers import Callers
from tapster.app.config import Config, read_config
from tapster.app.connection_files import ConnectionFiles
from tapster.app.connections import Connections
from tapster.app.grants import Grants
from tapster.app.keys import Keys
from tapster.app.lives import Lives
from tapster.app.model_jobs import ModelJobs
from tapster.app.news import Newsroom
from tapster.app.partners import Partners
from tapster.app.people import People
from tapster.app.preferences import Preferences
from tapster.app.previews import Previews
from tapster.app.proxies import Proxies
from tapster.app.servers import Servers
from tapster.app.sessions import Sessions
from tapster.app.transports import Transports
from tapster.app.writer import Writer
from tapster.broadcast import open_broadcast
from tapster.broadcast.asking import demand_redis
from tapster.chats import Chats, Exports, Imports, Runs
from tapster.core.errors import StoreError, TapsterError
from tapster.core.events import Event
from tapster.core.figures import Figures
from tapster.core.links import Transport
from tapster.core.messages import Message, says
from tapster.core.people import Person
from tapster.core.requests import ChatRequest
from tapster.core.secrets import Secret
from tapster.engine import EngineTransport, Report
from tapster.engine.progress import ignore
from tapster.errands import Desk, Pace, PageTransport
from tapster.gateway import AccessTokens, Gateway
from tapster.net import Guard, HttpTransport, is_in_container
from tapster.relay import Patience, Relay, Trail
from tapster.sources import Source, all_sources
from tapster.store import Store
from tapster.vault import MasterKey, Passwords, Vault, choose_master

# Seconds Redis may take until it counts as away.
_REDIS_ANSWERS = 1.0


class Tapster:
    """One Tapster over one data folder.

    async with Tapster.open() as tapster:
        async for event in tapster.stream("claude/claude-opus-5-5", [says("user", "Hi")]):
            …
    """

    def __init__(
        self,
        *,
        config: Config,
        store: Store,
        vault: Vault,
        transport: Transport,
        engine: EngineTransport,
        sources: Mapping[str, Source],
        environment: Mapping[str, str],
        new_id: Callable[[], str],
        clock: Callable[[], float],
        patience: Patience | None = None,
        passwords: Passwords | None = None,
        worker: str | None = None,
        pace: Pace | None = None,
    ) -> None:
        self.config = config
        self.engine = engine
        self.sources = sources
        self.figures = Figures()
        # What goes on without anybody asking, and is told to end before all is closed.
        self.finishing: list[Callable[[float], Awaitable[None]]] = []
        self._store = store
        self._vault = vault
        self._new_id = new_id
        self._clock = clock
        self._passwords = passwords or Passwords()
        self._boot = _long_id()
        worker = worker or self._boot
        self.broadcast = open_broadcast(config.redis_url, worker=worker, alone=False)
        self.errands = Desk(self.broadcast, new_id=_long_id, pace=pace)
        pages = PageTransport(self.errands)
        self._transport = Transports(network=transport, engine=engine, pages=pages)
        self._join_models(environment, patience)
        self._join_chats(worker, patience or Patience())
        self.model_jobs = ModelJobs(
            relay=self.relay,
            newsroom=self.newsroom,
            new_id=_long_id,
            clock=clock,
            patience=patience,
        )
        self._join_people()
        self.backups = Backups(
            config.database, config.backups_dir, clock=clock, store=store, pause=self.runs.paused
        )

    def _join_models(self, environment: Mapping[str, str], patience: Patience | None) -> None:
        """Join what leads to models, and what programs call."""
        store, vault, new_id, clock = self._store, self._vault, self._new_id, self._clock
        self.relay = relay = Relay(
            store=store,
            vault=vault,
            sources=self.sources,
            transport=self._transport,
            environment=environment,
            patience=patience,
            clock=clock,
            figures=self.figures,
        )
        self.shelf = relay.shelf
        self.connections = Connections(
            store=store,
            vault=vault,
            relay=relay,
            sources=self.sources,
            new_id=new_id,
            clock=clock,
        )
        self.keys = Keys(store=store, vault=vault, relay=relay)
        self.proxies = Proxies(store=store, vault=vault, relay=relay, new_id=new_id, clock=clock)
        self.connection_files = ConnectionFiles(self.connections, self.proxies, self.sources)
        self.grants = Grants(
            connections=self.connections,
            keys=self.keys,
            transport=self._transport,
            is_alone=not self.config.network_mode and self.config.workers == 1,
            new_id=_long_id,
        )
        self.servers = Servers(
            relay.lookout,
            self._transport,
            port=self.config.port,
            in_container=is_in_container(),
        )
        self.partners = Partners(relay, self.connections)
        self.tokens = AccessTokens(store, new_id=new_id, clock=clock)
        self.gateway = Gateway(relay=relay, shelf=self.shelf, clock=clock, new_id=new_id)

    def _join_chats(self, worker: str, patience: Patience) -> None:
        """Join chats, what writes their answers, and how others hear of both."""
        store, clock = self._store, self._clock
        self.writer = Writer(
            store=store,
            relay=self.relay,
            partners=self.partners,
            person_of=self._person_of,
            count_within=patience.count,
        )
        self.chats = Chats(store, new_id=_long_id, clock=clock)
        self.previews = Previews(self.chats, self.writer)
        self.lives = Lives(self.config.data_dir / "run")
        self.newsroom = Newsroom(store, self.broadcast)
        self.runs = Runs(
            store,
            self.broadcast,
            writer=self.writer.write,
            new_id=_long_id,
            clock=clock,
            worker=worker,
            boot=self._boot,
            has_ended=self.lives.has_ended,
            figures=self.figures,
        )
        self.finishing.append(self.runs.close)
        self.exports = Exports(store, read_so_far=self.runs.read_so_far)
        self.imports = Imports(
            store,
            self.chats.attachments,
            connections=self.connections.all,
            new_id=_long_id,
            clock=clock,
        )

    def _join_people(self) -> None:
        """Join what knows who somebody is, and what they like."""
        store, passwords, clock = self._store, self._passwords, self._clock
        self.callers = Callers(store=store, tokens=self.tokens, clock=clock)
        self.people = People(
            store=store,
            passwords=passwords,
            new_id=self._new_id,
            clock=clock,
            changed=self.callers.forget,
            stop_runs=self.runs.stop_all_of,
        )
        self.sessions = Sessions(
            store=store,
            passwords=passwords,
            new_id=self._new_id,
            clock=clock,
            changed=self.callers.forget,
        )
        self.preferences = Preferences(store, connections=self.connections)

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        config: Config | None = None,
        *,
        environment: Mapping[str, str] | None = None,
        transport: Transport | None = None,
        sources: Mapping[str, Source] | None = None,
        clock: Callable[[], float] = time.time,
        new_id: Callable[[], str] = lambda: secrets.token_hex(8),
        report: Report = ignore,
        patience: Patience | None = None,
        passwords: Passwords | None = None,
        worker: str | None = None,
        pace: Pace | None = None,
    ) -> AsyncIterator["Tapster"]:
        """Open the data folder, making it where there is none, and close all at the end.

        `report` is told how the loading of the embedded model goes; `patience` is how long
        endpoints that fail are tried again; `worker` is a name this process keeps when it is
        started again, so that it finds what it left unfinished; `pace` is how long pages are waited
        for that carry out errands.
        """
        environment = os.environ if environment is None else environment
        config = config or read_config(environment)
        _make_folders(config)
        sources = sources if sources is not None else all_sources()
        async with AsyncExitStack() as stack:
            before = Backups(config.database, config.backups_dir, clock=clock)
            store = await Store.open(config.database, before_migration=before.before_migration)
            stack.push_async_callback(store.close)
            vault = await Vault.open(
                store,
                _master_of(config, config.vault_passphrase),
                clock=clock,
                new_id=new_id,
            )
            engine = EngineTransport(config.models_dir, idle=config.model_idle, report=report)
            stack.push_async_callback(engine.close)
            if transport is None:
                network = HttpTransport(guard=_guard_of(config))
                transport = await stack.enter_async_context(network)
            tapster = cls(
                config=config,
                store=store,
                vault=vault,
                transport=transport,
                engine=engine,
                sources=sources,
                environment=environment,
                new_id=new_id,
                clock=clock,
                patience=patience,
                passwords=passwords,
                worker=worker,
                pace=pace,
            )
            tapster._end_with(stack)
            yield tapster

    def _end_with(self, stack: AsyncExitStack) -> None:
        """Close with `stack` what was joined: runs first, while all they need is there."""
        stack.callback(self._passwords.close)
        stack.push_async_callback(self.relay.aclose)
        stack.push_async_callback(self.grants.aclose)
        stack.push_async_callback(self.broadcast.aclose)
        stack.push_async_callback(self.errands.aclose)
        stack.callback(self.lives.end)
        stack.push_async_callback(self.runs.close)
        stack.push_async_callback(self.model_jobs.aclose)

    async def finish(self, grace: float, *, hurry: asyncio.Event | None = None) -> None:
        """Let what runs on its own come to its end, for at most `grace` seconds.

        Each of `finishing` is called with the seconds it has, and marks what is left over; when
        `hurry` is set, all of them are called anew with none.
        """
        if not self.finishing:
            return
        hurried = asyncio.create_task((hurry or asyncio.Event()).wait())
        ending = asyncio.create_task(self._finish_all(grace))
        waited: set[asyncio.Task[Any]] = {hurried, ending}
        await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
        if hurried.done() and not ending.done():
            ending.cancel()
            await asyncio.wait({ending})
            await self._finish_all(0.0)
            return
        hurried.cancel()
        await ending

    async def _finish_all(self, grace: float) -> None:
        await asyncio.gather(*(close(grace) for close in self.finishing))

    async def ready(self) -> None:
        """Raise `StoreError` while the database cannot be asked."""
        await self._store.version_stamp()

    async def misses_redis(self) -> bool:
        """Whether Redis is set and does not answer: chats go on without it, from the database."""
        if self.config.redis_url:
            try:
                await demand_redis(self.config.redis_url, patience=_REDIS_ANSWERS)
            except StoreError:
                return True
        return False

    async def start_runs(self) -> None:
        """Let answers be written here, and look after those that were left unfinished."""
        self.lives.begin(self._boot)
        await self.broadcast.start()
        self.errands.start()
        await self.runs.start()
        self.model_jobs.listen()
        await self.settle_runs()

    async def settle_runs(self) -> None:
        """End answers that nobody writes any more, so that what is read of them is all there is.

        Where nothing can be written, they are left as they are.
        """
        with suppress(TapsterError):
            await self.runs.reap(has_ended=self.lives.has_ended)

    @property
    def commits(self) -> int:
        """How many changes this process has committed."""
        return self._store.commits

    async def key_from_browser(self, source: Source, *, show: Callable[[str], None]) -> Secret:
        """Return a key the person grants in the browser, at the page told to `show`."""
        return await key_from_browser(source, self._transport, show=show)

    async def _person_of(self, owner: str) -> Person | None:
        async with self._store.read() as rows:
            return await rows.people.by_id(owner)

    async def lock_keys(self, passphrase: Secret | None) -> None:
        """Lock the vault with `passphrase`, or without one with the keyring or the key file.

        Processes that run with the old master key lose the keys until they are started anew.
        """
        await self._vault.change_master(_master_of(self.config, passphrase))

    async def stream(
        self,
        model: str,
        messages: str | Sequence[Message] | ChatRequest,
        *,
        trail: Trail | None = None,
    ) -> AsyncGenerator[Event, None]:
        """Yield the events of an answer.

        `model` is `<connection>/<model id>`, a connection's name alone, or an unambiguous model
        id, as in the gateway.
        """
        aimed = await self.gateway.aim(model)
        if isinstance(messages, ChatRequest):
            request = structs.replace(messages, model=aimed.model)
        else:
            said = (says("user", messages),) if isinstance(messages, str) else tuple(messages)
            request = ChatRequest(model=aimed.model, messages=said)
        async with aclosing(self.relay.stream(aimed.connection, request, trail=trail)) as answer:
            async for event in answer:
                yield event


def _long_id() -> str:
    return secrets.token_hex(16)


def _master_of(config: Config, passphrase: Secret | None) -> MasterKey:
    return choose_master(
        config.config_dir,
        config.data_dir,
        passphrase,
        keyring_allowed=config.vault_key != "file",
    )


def _guard_of(config: Config) -> Guard:
    return Guard(
        policy="network" if config.network_mode else "local", allowed=config.allowed_targets
    )


def _make_folders(config: Config) -> None:
    for folder in (config.data_dir, config.config_dir):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            if folder.is_file():
                raise StoreError(
                    f"{folder} is a file, not a folder. Choose another place with "
                    "TAPSTER_DATA_DIR or TAPSTER_CONFIG_DIR."
                ) from error
            raise StoreError(
                f"The folder {folder} cannot be made: {error.strerror}. Choose another with "
                "TAPSTER_DATA_DIR or TAPSTER_CONFIG_DIR."
            ) from error
