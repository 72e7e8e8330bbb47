"""Files that messages refer to, kept in the database with them."""

import hashlib
import re
from collections.abc import Callable

from tapster.chats.limits import name_from
from tapster.core.chats import Attachment
from tapster.core.errors import Conflict, InvalidInput, NotFound
from tapster.store import Rows, Store

MOST_BYTES = 25 * 1024 * 1024
"""How large one attachment may be."""

MOST_OF_ONE = 1 << 30
"""How many bytes all attachments of one person may have."""

# Seconds until a file that was added and never used makes room for others.
_FORGOTTEN_AFTER = 86_400.0

_MEDIA_TYPE = re.compile(r"[\w.+-]{1,64}/[\w.+-]{1,64}", re.ASCII)


class Attachments:
    """The files of each person."""

    def __init__(
        self, store: Store, *, new_id: Callable[[], str], clock: Callable[[], float]
    ) -> None:
        self._store = store
        self._new_id = new_id
        self._clock = clock

    async def add(self, owner: str, content: bytes, *, name: str, media_type: str) -> Attachment:
        """Keep a file; a part refers to it by the url `attachment:<id>`."""
        if len(content) > MOST_BYTES:
            raise InvalidInput(
                f"The file has {len(content):,} bytes and may have {MOST_BYTES:,}: make it "
                "smaller, or attach it in pieces.",
                field="content",
            )
        if not _MEDIA_TYPE.fullmatch(media_type):
            raise InvalidInput(
                "`media_type` is no media type: write one such as image/png.", field="media_type"
            )
        attachment = Attachment(
            id=self._new_id(),
            owner=owner,
            name=name_from(name),
            media_type=media_type.lower(),
            size=len(content),
            digest=hashlib.sha256(content).hexdigest(),
            created_at=self._clock(),
        )
        async with self._store.begin() as rows:
            await self._demand_room(rows, attachment)
            await rows.attachments.add(attachment, content)
        return attachment

    async def get(self, owner: str, attachment_id: str) -> Attachment:
        """Return what is known of a file, or raise `NotFound`."""
        async with self._store.read() as rows:
            return await _attachment_of(rows, owner, attachment_id)

    async def read(self, owner: str, attachment_id: str) -> bytes:
        """Return the bytes of a file, or raise `NotFound`."""
        async with self._store.read() as rows:
            await _attachment_of(rows, owner, attachment_id)
            return await rows.attachments.content_of(attachment_id) or b""

    async def remove(self, owner: str, attachment_id: str) -> None:
        """Remove a file for good. Raises `Conflict` while a message refers to it."""
        async with self._store.begin() as rows:
            await _attachment_of(rows, owner, attachment_id)
            if await rows.attachments.is_used(attachment_id):
                raise Conflict(
                    "A message, or an earlier version of one, refers to this file: it goes with "
                    "the chat it is used in, when that is deleted for good."
                )
            await rows.attachments.remove(attachment_id)

    async def _demand_room(self, rows: Rows, attachment: Attachment) -> None:
        """Make room among the person's files, or raise `InvalidInput` when all are in use."""
        owner, most = attachment.owner, MOST_OF_ONE
        if await rows.attachments.size_of(owner) + attachment.size <= most:
            return
        before = attachment.created_at - _FORGOTTEN_AFTER
        await rows.attachments.remove_forgotten(owner, before=before)
        if await rows.attachments.size_of(owner) + attachment.size > most:
            raise InvalidInput(
                f"Your files may have {most >> 20:,} MB in all, and this one is too much: "
                "delete chats with files for good, and the files go with them.",
                field="content",
            )


async def _attachment_of(rows: Rows, owner: str, attachment_id: str) -> Attachment:
    known = attachment_id.isascii() and attachment_id.isprintable()
    found = await rows.attachments.by_id(attachment_id) if known else None
    if found is None or found.owner != owner:
        raise NotFound("There is no such attachment.")
    return found
