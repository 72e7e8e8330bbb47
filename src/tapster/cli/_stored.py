"""A conversation in the terminal that is kept: a chat, whose answers are runs."""

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

from msgspec import UNSET, structs

from tapster.cli._showing import Manner, Showing
from tapster.core.chats import Chat, ChatFields, ChatMessage
from tapster.core.errors import TapsterError
from tapster.core.people import ME
from tapster.core.run_events import RunFailed

if TYPE_CHECKING:
    from tapster.app import Tapster
    from tapster.core.connections import Connection
    from tapster.core.runs import Run


class StoredConversation:
    """A chat and who answers in it. The chat is made with the first word said."""

    def __init__(
        self,
        tapster: "Tapster",
        connection: "Connection",
        model: str,
        manner: Manner,
        chat: Chat | None = None,
    ) -> None:
        self.tapster = tapster
        self.connection = connection
        self.model = model
        self.chat = chat
        self._manner = manner
        self._asked: str | None = None

    async def ask(self, said: str) -> None:
        """Say `said` and show the answer. If none comes, what was said stays, unanswered."""
        is_new = self.chat is None
        self._asked = None
        chat = await self._ready()
        try:
            asked = await self.tapster.runs.say(ME, chat.id, said)
        except TapsterError:
            if is_new:
                await self._leave_nothing(chat)
            raise
        self._asked = asked.message.id
        await self._show(asked.run)

    async def swipe(self) -> bool:
        """Show another answer to the last message; return whether there is one to answer."""
        last = await self._last()
        if last is None or last.role not in {"assistant", "user"}:
            return False
        if self.chat is not None:
            self.chat = await self._configured(self.chat)
        answer = (
            self.tapster.runs.swipe if last.role == "assistant" else self.tapster.runs.regenerate
        )
        await self._show(await answer(ME, last.id))
        return True

    async def go_on(self) -> bool:
        """Show how the last answer goes on; return whether there is one."""
        last = await self._last()
        if last is None or last.role != "assistant":
            return False
        await self._show(await self.tapster.runs.continue_(ME, last.id))
        return True

    async def is_unanswered(self) -> bool:
        """Tell whether what was asked last is kept, and nobody answered it."""
        last = await self._last()
        return last is not None and last.id == self._asked

    async def undo(self) -> str | None:
        """Take back the last message with its answer, and return what it said."""
        if self.chat is None:
            return None
        chat = await self.tapster.chats.get(ME, self.chat.id)
        if chat.head is None:
            return None
        async for message in self.tapster.chats.windows.upwards(ME, chat.head):
            if message.role == "user":
                await self.tapster.chats.tree.delete_below(ME, message.id)
                if message.parent_id is not None:
                    await self.tapster.chats.views.switch(ME, message.parent_id)
                return message.text
            if message.role != "assistant":
                return None
        return None

    async def turn_to(self, connection: "Connection", model: str) -> None:
        """Have another model answer from here on."""
        self.connection, self.model = connection, model
        if self.chat is not None:
            self.chat = await self._configured(self.chat)

    async def said(self) -> list[tuple[str, str]]:
        """Return who said what, oldest first."""
        if self.chat is None:
            return []
        chat = await self.tapster.chats.get(ME, self.chat.id)
        lines = [("system", chat.system)] if chat.system else []
        if chat.head is None:
            return lines
        upwards = self.tapster.chats.windows.upwards(ME, chat.head)
        said = [(message.role, message.text) async for message in upwards]
        return [*lines, *reversed(said)]

    async def _last(self) -> ChatMessage | None:
        """Return the last message."""
        if self.chat is None:
            return None
        window = await self.tapster.chats.windows.open(ME, self.chat.id, limit=1)
        return window.messages[-1].message if window.messages else None

    async def _ready(self) -> Chat:
        """Return the chat, made or set up as this conversation is."""
        if self.chat is None:
            self.chat = await self.tapster.chats.create(ME, self._fields(None))
        else:
            self.chat = await self._configured(self.chat)
        return self.chat

    async def _configured(self, chat: Chat) -> Chat:
        """Return the chat set up as this conversation is; nothing is written where it is."""
        fields = self._fields(chat)
        given = {
            name: value for name, value in structs.asdict(fields).items() if value is not UNSET
        }
        if all(getattr(chat, name) == value for name, value in given.items()):
            return chat
        return await self.tapster.chats.configure(ME, chat.id, fields)

    def _fields(self, chat: Chat | None) -> ChatFields:
        given = {
            name: value
            for name, value in structs.asdict(self._manner.settings).items()
            if value is not None
        }
        settings = structs.replace(chat.settings if chat else self._manner.settings, **given)
        fields = ChatFields(connection=self.connection.id, model=self.model, settings=settings)
        if self._manner.system is not None:
            fields = structs.replace(fields, system=self._manner.system)
        return fields

    async def _show(self, run: "Run") -> None:
        """Show what a run says. Ctrl-C stops it; what came is kept, as after a failure."""
        showing = Showing(self._manner)
        try:
            async with aclosing(self.tapster.runs.follow(ME, run.id)) as events:
                async for event in events:
                    if isinstance(event, RunFailed):
                        raise event.error.as_error()
                    showing.hear(event)
        except asyncio.CancelledError:
            await asyncio.shield(self.tapster.runs.stop(ME, run.id))
            raise
        finally:
            showing.end(way_on="; /continue in its conversation goes on with it")
        if self._manner.as_json:
            showing.print_json(self.connection.slug, self.model, run.chat_id)

    async def _leave_nothing(self, chat: Chat) -> None:
        """Remove a chat that was begun, and in which nothing could be said."""
        self.chat = None
        await self.tapster.chats.delete(ME, chat.id)
        await self.tapster.chats.purge(ME, chat.id)
