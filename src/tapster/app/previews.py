"""What a chat would send next, seen before it is sent."""

from collections.abc import AsyncIterator

from tapster.app.writer import Preview, Writer
from tapster.chats import Chats
from tapster.core.chats import Chat, Line
from tapster.core.errors import InvalidInput
from tapster.core.messages import Text
from tapster.core.runs import RunKind


class Previews:
    """Shows requests of chats that are kept, and of one that is only thought of."""

    def __init__(self, chats: Chats, writer: Writer) -> None:
        self._chats = chats
        self._writer = writer

    async def of(
        self,
        owner: str,
        chat_id: str,
        *,
        said: str = "",
        kind: RunKind | None = None,
        message: str | None = None,
        instruction: str = "",
        connection: str | None = None,
        model: str | None = None,
        in_full: bool = False,
    ) -> Preview:
        """Return what would be sent to answer `said`, or the chat as it stands.

        Without `said`, an answer at the end is what another one would be written for; with the
        kind `continue` it is what would be gone on with. `message` is another end of the path
        than the chat's head; `connection` (an id) and `model` come before the chat's own. Keys
        show their ends only `in_full`.
        """
        chat = await self._chats.get(owner, chat_id)
        end = chat.head if message is None else message
        if said and kind not in {None, "say"}:
            raise InvalidInput("Only for the kind `say` there is something to say.", field="text")
        if not said and end is not None and kind in {None, "say", "swipe", "regenerate"}:
            placed = await self._chats.windows.message(owner, end)
            if placed.message.role == "assistant":
                end, kind = placed.message.parent_id, kind or "swipe"

        async def history() -> AsyncIterator[Line]:
            if said:
                yield _thought_of(end, said)
            if end is not None:
                async for each in self._chats.windows.lines(owner, end):
                    yield each

        return await self._writer.preview(
            chat,
            history,
            kind=kind or "say",
            instruction=instruction,
            connection=connection,
            model=model,
            in_full=in_full,
        )

    async def of_new(self, chat: Chat, said: str, *, in_full: bool = False) -> Preview:
        """Return what a chat that was never kept would send with `said`."""

        async def history() -> AsyncIterator[Line]:
            if said:
                yield _thought_of(None, said)

        return await self._writer.preview(chat, history, in_full=in_full)


def _thought_of(parent: str | None, said: str) -> Line:
    return Line("new", parent, "user", None, False, (Text(said),))  # not hidden
