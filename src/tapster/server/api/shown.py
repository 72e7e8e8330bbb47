"""A message as it is shown: where it stands, with what there is of it by now."""

from msgspec import structs

from tapster.app import Tapster
from tapster.core.chats import ChatMessage, Placed


class MessageShown(ChatMessage, frozen=True, kw_only=True):
    """A message where it stands: `text` are its visible words, `swipe` its place (from 0) among
    the `swipes` alternatives. One that is being written has what there is of it.
    """

    text: str
    swipe: int = 0
    swipes: int = 1


async def show(owner: str, tapster: Tapster, message: ChatMessage) -> MessageShown:
    """Return `message` where it stands now."""
    placed = await tapster.chats.windows.message(owner, message.id)
    return (await show_all(tapster, (placed,)))[0]


async def show_all(tapster: Tapster, placed: tuple[Placed, ...]) -> tuple[MessageShown, ...]:
    """Return messages as they are shown, in their order."""
    messages = await tapster.runs.read_so_far([each.message for each in placed])
    return tuple(
        MessageShown(
            **structs.asdict(message), text=message.text, swipe=each.swipe, swipes=each.swipes
        )
        for message, each in zip(messages, placed, strict=True)
    )
