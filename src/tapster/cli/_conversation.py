"""A conversation in the terminal that nothing is kept of."""

from contextlib import aclosing
from typing import TYPE_CHECKING

from tapster.cli._showing import Manner, Showing
from tapster.core.chats import Chat
from tapster.core.errors import SourceError
from tapster.core.messages import Message, says
from tapster.core.people import ME
from tapster.core.requests import ChatRequest

if TYPE_CHECKING:
    from tapster.app import Tapster
    from tapster.core.connections import Connection


class Conversation:
    """Messages so far, with one connection and model; `ask` adds a question and its answer."""

    def __init__(
        self, tapster: "Tapster", connection: "Connection", model: str, manner: Manner
    ) -> None:
        self.tapster = tapster
        self.connection = connection
        self.model = model
        self._manner = manner
        self._messages: list[Message] = [says("system", manner.system)] if manner.system else []

    async def ask(self, said: str) -> None:
        """Say `said` and show the answer. If none comes, the question is taken back."""
        self._messages.append(says("user", said))
        await self._answer()

    async def swipe(self) -> bool:
        """Show another answer to the last message; return whether there is one to replace."""
        if not self._messages or self._messages[-1].role != "assistant":
            return False
        before = list(self._messages)
        self._messages.pop()
        question = len(self._messages)
        try:
            await self._answer()
        finally:
            if len(self._messages) <= question:
                self._messages[:] = before
        return True

    async def go_on(self) -> bool:
        """Return that nothing can be gone on with: only what is kept can."""
        return False

    async def undo(self) -> str | None:
        """Take back the last message with its answer, and return what it said."""
        while self._messages and self._messages[-1].role == "assistant":
            self._messages.pop()
        if self._messages and self._messages[-1].role == "user":
            return self._messages.pop().text
        return None

    async def is_unanswered(self) -> bool:
        """Return that nothing is kept without an answer: such a question is taken back."""
        return False

    async def turn_to(self, connection: "Connection", model: str) -> None:
        """Have another model answer from here on."""
        self.connection, self.model = connection, model

    async def said(self) -> list[tuple[str, str]]:
        """Return who said what, oldest first."""
        return [(each.role, each.text) for each in self._messages]

    async def _answer(self) -> None:
        """Have the last message answered. What came before a failure or Ctrl-C is kept."""
        showing = Showing(self._manner)
        try:
            request = await self._request()
            async with aclosing(self.tapster.relay.stream(self.connection, request)) as events:
                async for event in events:
                    showing.hear(event)
        except SourceError as error:
            raise await self.tapster.relay.explained(self.connection, error) from None
        finally:
            if showing.answer.text:
                self._messages.append(showing.answer.as_message())
            elif self._messages and self._messages[-1].role == "user":
                self._messages.pop()
            showing.end()
        if self._manner.as_json:
            showing.print_json(self.connection.slug, self.model)

    async def _request(self) -> ChatRequest:
        """Return the request for the next answer."""
        chat = Chat(id="unkept", owner=ME, connection=self.connection.id, model=self.model)
        partner = await self.tapster.partners.of(chat)
        return ChatRequest(
            model=self.model,
            messages=tuple(self._messages),
            settings=await self.tapster.writer.bounded(partner, self._manner.settings),
            stream=self._manner.stream,
        )
