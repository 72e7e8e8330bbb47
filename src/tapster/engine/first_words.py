"""Waiting for a model's first words, but not on a chat template that never ends."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from tapster.engine.process import Conversation, ModelProcess, Said


async def first_words(
    model: ModelProcess, talk: Conversation, asked: Mapping[str, object], *, silence: float
) -> list[Said] | None:
    """Return what `model` says first; `None` if its template has no end with these messages.

    Long prompts of others may be read before it. That is told from a template without an end,
    after each `silence` of so many seconds, by having the template alone laid around the messages.
    """
    news = asyncio.ensure_future(talk.next())
    try:
        while not (await asyncio.wait({news}, timeout=silence))[0]:
            if "messages" in asked and not await _lays_out(model, asked, within=silence):
                return None
        return news.result()
    finally:
        news.cancel()


async def _lays_out(model: ModelProcess, asked: Mapping[str, object], *, within: float) -> bool:
    """Whether the model's template comes to an end with these messages."""
    with suppress(TimeoutError):
        async with asyncio.timeout(within), model.ask("tokenize", asked) as talk:
            await talk.next()
            return True
    return False
