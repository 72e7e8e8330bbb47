"""Chats as the tests of several floors make and read them."""

from tapster.chats import Chats
from tapster.core.chats import ChatMessage

ME, YOU = "me", "somebody-else"


async def talk(chats: Chats, *words: str, owner: str = ME) -> tuple[str, list[ChatMessage]]:
    """Make a chat in which these words follow each other; return its id and the messages."""
    chat = await chats.create(owner)
    return chat.id, [
        await chats.tree.say(
            owner, chat.id, one, role="assistant" if place % 2 else "user", author=None
        )
        for place, one in enumerate(words)
    ]


async def shown(chats: Chats, chat_id: str, *, owner: str = ME) -> list[str]:
    """Return the words on the path that is shown."""
    window = await chats.windows.open(owner, chat_id, limit=500)
    return [placed.message.text for placed in window.messages]


async def tree_of(chats: Chats, chat_id: str, *, owner: str = ME) -> object:
    """Return all a person can see of a chat, whichever way it came about."""
    async with chats.tree._store.read() as rows:
        chat = await rows.chats.by_id(chat_id)
        messages = await rows.messages.of(chat_id)
        editions = {one.id: len(await rows.editions.of(one.id)) for one in messages}
        places = await rows.checkpoints.of(chat_id)
    told = [
        (one.id, one.parent_id, one.text, one.hidden, one.editions, one.role) for one in messages
    ]
    set_up = (chat.title, chat.pinned, chat.system, chat.deleted_at)
    return told, editions, [(place.id, place.name) for place in places], set_up
