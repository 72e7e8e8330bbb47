"""How a conversation begins: anew or where one was left, kept or not, and with whom."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tapster.cli._conversation import Conversation
from tapster.cli._kept import find_chat, last_chat
from tapster.cli._partner import choose
from tapster.cli._showing import Manner
from tapster.cli._stored import StoredConversation
from tapster.cli._terminal import note, one_line
from tapster.core.errors import InvalidInput

if TYPE_CHECKING:
    from tapster.app import Tapster
    from tapster.core.chats import Chat
    from tapster.core.connections import Connection

Talk = Conversation | StoredConversation


@dataclass(frozen=True)
class Opening:
    """What the command line says of a conversation's beginning.

    `chat` is the beginning of the id of a chat to go on with; `again` stands for the last one.
    """

    connection: str | None = None
    model: str | None = None
    chat: str | None = None
    again: bool = False
    keep: bool = True

    def __post_init__(self) -> None:
        if not self.keep and (self.chat or self.again):
            raise InvalidInput(
                "A chat that is gone on with is kept: leave --no-save out.", field="no_save"
            )

    async def open(self, tapster: "Tapster", manner: Manner) -> Talk:
        """Return the conversation."""
        if not self.keep:
            connection, model = await choose(tapster, self.connection, self.model)
            return Conversation(tapster, connection, model, manner)
        await tapster.start_runs()
        chat = None
        if self.chat is not None:
            chat = await find_chat(tapster, self.chat)
        elif self.again:
            chat = await last_chat(tapster)
        if chat is None:
            connection, model = await choose(tapster, self.connection, self.model)
        else:
            connection, model = await self._partner_in(tapster, chat)
        return StoredConversation(tapster, connection, model, manner, chat)

    async def _partner_in(self, tapster: "Tapster", chat: "Chat") -> "tuple[Connection, str]":
        """Return who goes on in `chat`, and say which chat that is."""
        note(f"{chat.id[:8]} · {one_line(chat.title) or 'no title'}")
        if self.connection or self.model:
            if self.model and not self.connection and chat.connection:
                return await self._other_model(tapster, chat, self.model)
            return await choose(tapster, self.connection, self.model)
        partner = await tapster.partners.of(chat)
        note(f"{partner.connection.name} · {partner.model}")
        return partner.connection, partner.model

    async def _other_model(
        self, tapster: "Tapster", chat: "Chat", model: str
    ) -> "tuple[Connection, str]":
        """Return another model of the chat's own connection, or CONNECTION/ID of any."""
        if model.partition("/")[0] in {each.slug for each in await tapster.connections.all()}:
            return await choose(tapster, None, model)
        partner = await tapster.partners.of(chat, model=model)
        note(f"{partner.connection.name} · {partner.model}")
        return partner.connection, partner.model
