"""Keys granted in the browser while the page waits: begun, asked after, kept where they belong."""

import asyncio
import logging
from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from tapster.app.browser_grant import USUAL_PORT, key_from_browser
from tapster.app.connections import Connections
from tapster.app.keys import Keys
from tapster.core.connections import Connection
from tapster.core.errors import InvalidInput, NotFound, TapsterError
from tapster.core.links import Transport
from tapster.core.origins import origin_of
from tapster.sources import Source

_log = logging.getLogger(__name__)

# Ended ones that are still told of.
_REMEMBERED = 20


class GrantBegun(Struct, frozen=True):
    """A key that is asked for: `page` is where the person agrees, in a browser on this computer."""

    id: str
    page: str


class GrantState(Struct, frozen=True):
    """How far it is. A key that was granted is in the vault already."""

    state: Literal["waiting", "granted", "failed"]
    message: str


_WAITING = GrantState("waiting", "Agree on the provider's page; the key comes here by itself.")
_BROKEN = GrantState(
    "failed", "Something went wrong here, and the log says what. Begin again, or paste a key."
)


class Grants:
    """The grants of one process, one waiting at a time.

    The provider leads back to this very computer: `is_alone` says that the person's browser runs
    on it, and that no other process would be asked how it went.
    """

    def __init__(
        self,
        *,
        connections: Connections,
        keys: Keys,
        transport: Transport,
        is_alone: bool,
        new_id: Callable[[], str],
        port: int = USUAL_PORT,
        longest: float = 300.0,
    ) -> None:
        self._connections = connections
        self._keys = keys
        self._transport = transport
        self._is_alone = is_alone
        self._new_id = new_id
        self._port = port
        self._longest = longest
        self._states: dict[str, GrantState] = {}
        self._waiting: asyncio.Task[None] | None = None
        # Another one begins when this one has its page, or has failed.
        self._beginning = asyncio.Lock()

    async def begin(self, connection: Connection) -> GrantBegun:
        """Ask for a key of `connection`; one that is still waited for is given up.

        Raises `InvalidInput` where a key has to be pasted, and says where to make it.
        """
        source = self._connections.source_of(connection)
        self._refuse_in_vain(connection, source)
        await self._keys.demand_place(connection)
        grant_id = self._new_id()
        page: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        async with self._beginning:
            await self.aclose()
            self._note(grant_id, _WAITING)
            self._waiting = task = asyncio.create_task(
                self._wait(grant_id, connection, source, show=page.set_result)
            )
            await asyncio.wait((page, task), return_when=asyncio.FIRST_COMPLETED)
        if not page.done():
            raise InvalidInput(self._states[grant_id].message, field="connection")
        return GrantBegun(grant_id, page.result())

    def state_of(self, grant_id: str) -> GrantState:
        """Return how far a grant is; raise `NotFound`."""
        if state := self._states.get(grant_id):
            return state
        raise NotFound("Nobody waits for this key any more: begin again, or paste one.")

    async def aclose(self) -> None:
        """Give up what is waited for."""
        if self._waiting is not None:
            self._waiting.cancel()
            await asyncio.wait({self._waiting})
            self._waiting = None

    def _refuse_in_vain(self, connection: Connection, source: Source) -> None:
        page = f" Make one at {source.key_page} and paste it." if source.key_page else ""
        if source.grant is None:
            raise InvalidInput(
                f"{source.title} grants no keys in the browser.{page}", field="connection"
            )
        if not self._is_alone:
            raise InvalidInput(
                "Here a key has to be pasted: the provider would send it to the computer of your "
                f"browser, and Tapster serves a network, or runs in several workers.{page}",
                field="connection",
            )
        own = source.base_url
        if connection.endpoint and own and origin_of(connection.endpoint) != origin_of(own):
            raise InvalidInput(
                f"This connection leads to another address than {source.title}'s own, where a key "
                f"that {source.title} grants is worth nothing: paste the one made for it.",
                field="connection",
            )

    async def _wait(
        self,
        grant_id: str,
        connection: Connection,
        source: Source,
        *,
        show: Callable[[str], None],
    ) -> None:
        try:
            secret = await key_from_browser(
                source, self._transport, show=show, port=self._port, longest=self._longest
            )
            # It may have been renamed meanwhile, and lead elsewhere.
            connection = await self._connections.pick(connection.id)
            self._refuse_in_vain(connection, source)
            key = await self._keys.set(connection.slug, secret, label="granted in the browser")
        except TapsterError as error:
            self._note(grant_id, GrantState("failed", error.message))
        except asyncio.CancelledError:
            self._note(grant_id, GrantState("failed", "It was given up: another one was begun."))
            raise
        except OSError as error:
            why = error.strerror or type(error).__name__
            self._note(
                grant_id,
                GrantState("failed", f"Nobody can be waited for on this computer ({why})."),
            )
        except Exception:  # noqa: BLE001  # the person waits for word of it, whatever went wrong
            _log.exception("A key that was to be granted in the browser could not be had")
            self._note(grant_id, _BROKEN)
        else:
            self._note(grant_id, GrantState("granted", f"The key …{key.last4} is kept."))

    def _note(self, grant_id: str, state: GrantState) -> None:
        self._states[grant_id] = state
        while len(self._states) > _REMEMBERED:
            del self._states[next(iter(self._states))]
