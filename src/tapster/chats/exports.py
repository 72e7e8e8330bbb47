"""Chats taken out: as a document with everything in it, for another program, or to be read."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Literal, Protocol

import msgspec

from tapster.chats.copies import unfinished_in
from tapster.chats.ownership import chat_of
from tapster.core.chats import (
    ATTACHMENT,
    Chat,
    ChatMessage,
    Checkpoint,
    Edition,
    Reply,
    attachments_of,
)
from tapster.core.errors import InvalidInput
from tapster.core.messages import Part
from tapster.formats import chat_documents, sillytavern_chats, transcripts
from tapster.formats.archives import (
    MOST_MESSAGES,
    Archive,
    Conversation,
    Earlier,
    Kept,
    Named,
    Written,
)
from tapster.store import Store

Form = Literal["json", "markdown", "text", "jsonl"]


class ReadSoFar(Protocol):
    """What returns messages, those that are still being written with what is there of them."""

    async def __call__(self, messages: Sequence[ChatMessage]) -> tuple[ChatMessage, ...]: ...


class Exports:
    """Chats as files. What was deleted stays behind, and so do the steps to undo."""

    def __init__(self, store: Store, *, read_so_far: ReadSoFar) -> None:
        self._store = store
        self._read_so_far = read_so_far

    async def write(
        self, owner: str, chat_id: str, form: Form, *, files: bool = True
    ) -> tuple[Chat, AsyncIterator[bytes]]:
        """Return a chat and the pieces of a file of it. Raises `NotFound` before the first one.

        Attached files are in the document only (`json`), and there without `files` neither.
        """
        async with self._store.read() as rows:
            chat = await chat_of(rows, owner, chat_id)
            if await rows.messages.count_in(chat.id) > MOST_MESSAGES:
                raise InvalidInput(
                    f"The chat has more than {MOST_MESSAGES:,} messages: copy a path of it into "
                    "a chat of its own, and export that.",
                    field="chat",
                )
            messages = await rows.messages.of(chat.id)
            unfinished = await unfinished_in(rows, chat, messages)
            editions = await rows.editions.of_chat(chat.id)
            places = await rows.checkpoints.of(chat.id)
        written = [each for each in messages if each.id in unfinished]
        so_far = {each.id: each for each in await self._read_so_far(written)}
        told = [_ended(so_far[each.id]) if each.id in so_far else each for each in messages]
        archive, numbers = _archive_of(chat, told, editions, places)
        match form:
            case "json":
                return chat, self._document(owner, archive, numbers if files else {})
            case "jsonl":
                return chat, _told(sillytavern_chats.write_chat(archive))
            case "markdown":
                return chat, _told(map(_encode, transcripts.as_markdown(archive)))
            case "text":
                return chat, _told(map(_encode, transcripts.as_text(archive)))

    async def _document(
        self, owner: str, archive: Archive, numbers: dict[str, int]
    ) -> AsyncIterator[bytes]:
        for piece in chat_documents.opening_of(archive):
            yield piece
        first = True
        for attachment_id, number in numbers.items():
            # One at a time: all files of a chat may be more than fits into memory.
            async with self._store.read() as rows:
                known = await rows.attachments.by_id(attachment_id)
                content = await rows.attachments.content_of(attachment_id)
            if known is None or content is None or known.owner != owner:
                continue
            kept = Kept(
                number=number,
                name=known.name,
                media_type=known.media_type,
                digest=known.digest,
                content=content,
            )
            yield chat_documents.piece_of(kept, first=first)
            first = False
        yield chat_documents.ENDING


def rewritten(
    parts: tuple[Part, ...], url_of: Callable[[str], str | None]
) -> tuple[tuple[Part, ...], int]:
    """Return `parts` with other urls where they refer to an attachment, and how many are gone.

    A part is gone where `url_of` knows no url for the attachment.
    """
    if not attachments_of(parts):
        return parts, 0
    kept: list[Part] = []
    for part in parts:
        url = getattr(part, "url", None)
        if not isinstance(url, str) or not url.startswith(ATTACHMENT):
            kept.append(part)
        elif newer := url_of(url.removeprefix(ATTACHMENT)):
            kept.append(msgspec.structs.replace(part, url=newer))
    return tuple(kept), len(parts) - len(kept)


def _archive_of(
    chat: Chat,
    messages: Sequence[ChatMessage],
    editions: dict[str, list[Edition]],
    names: Sequence[Checkpoint],
) -> tuple[Archive, dict[str, int]]:
    """Return a chat told by places, and the number of each attachment that is spoken of."""
    places = {message.id: place for place, message in enumerate(messages, start=1)}
    numbers: dict[str, int] = {}

    def parts_of(told: ChatMessage | Edition) -> tuple[Part, ...]:
        for each in attachments_of(told.parts):
            numbers.setdefault(each, len(numbers) + 1)
        return rewritten(told.parts, lambda each: f"{ATTACHMENT}{numbers[each]}")[0]

    return Archive(
        chat=Conversation(
            title=chat.title,
            titled_by=chat.titled_by,
            connection=chat.connection,
            model=chat.model,
            system=chat.system,
            settings=chat.settings,
            character=chat.character,
            pinned=chat.pinned,
            head=places.get(chat.head or ""),
            created_at=chat.created_at,
            updated_at=chat.updated_at,
        ),
        messages=tuple(
            Written(
                below=places.get(message.parent_id or ""),
                role=message.role,
                author=message.author,
                parts=parts_of(message),
                hidden=message.hidden,
                reply=message.reply,
                created_at=message.created_at,
                updated_at=message.updated_at,
                earlier=tuple(
                    Earlier(
                        parts=parts_of(edition),
                        reply=edition.reply,
                        created_at=edition.created_at,
                        replaced_at=edition.replaced_at,
                    )
                    for edition in editions.get(message.id, ())
                ),
            )
            for message in messages
        ),
        names=tuple(
            Named(
                message=places[name.message_id],
                kind=name.kind,
                name=name.name,
                created_at=name.created_at,
            )
            for name in sorted(names, key=lambda each: (each.created_at, each.name))
            if name.message_id in places
        ),
    ), numbers


def _ended(message: ChatMessage) -> ChatMessage:
    """Return a message that is still being written as one that ends here."""
    reply = msgspec.structs.replace(
        message.reply or Reply(), finish="interrupted", ended_at=message.updated_at
    )
    return msgspec.structs.replace(message, reply=reply)


def _encode(text: str) -> bytes:
    return text.encode("utf-8", errors="replace")


async def _told(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece
