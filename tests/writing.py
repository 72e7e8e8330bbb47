"""Chats that are asked to be answered, as the tests of writers make them."""

from tapster.core.chats import Chat, ChatMessage
from tapster.core.messages import Text
from tapster.core.runs import Run, RunAsked

OWNER = "me"


def chat_with(*lines, **more):
    """Return a chat and the way back through its messages; `u` and `a` lines, oldest first."""
    chat = Chat(id="c", owner=OWNER, **more)
    messages = []
    for number, line in enumerate(lines, 1):
        role, parts = line if isinstance(line, tuple) else (line[0], (Text(line[2:]),))
        messages.append(
            ChatMessage(
                id=f"m{number}",
                chat_id="c",
                parent_id=f"m{number - 1}" if number > 1 else None,
                role={"u": "user", "a": "assistant"}[role],
                parts=parts,
            )
        )
    read = []

    async def history():
        for message in reversed(messages):
            read.append(message.id)
            yield message

    history.read = read
    return chat, history


def asked_of(chat, history, *, kind="say", chosen=None, **more):
    run = Run(
        id="r",
        owner=OWNER,
        chat_id="c",
        kind=kind,
        worker="w",
        boot="b",
        lease_until=0,
        started_at=0,
    )
    chosen = [] if chosen is None else chosen
    return RunAsked(run=run, chat=chat, history=history, choose=chosen.append, **more)


async def written(tapster, asked):
    return [event async for events in tapster.writer.write(asked) for event in events]
