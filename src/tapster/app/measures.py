"""How many tokens prompts take: estimated, and by the server's own count where that matters."""

import asyncio

from msgspec import structs

from tapster.app.partners import Partner
from tapster.core.requests import ChatRequest
from tapster.prompts import Corrected, Counter, Prompt, correction_of, is_guessed, measured
from tapster.relay import Relay


class Measures:
    """What was learned of each model's tokens. `count` is the estimate that is corrected."""

    def __init__(self, relay: Relay, count: Counter) -> None:
        self._relay = relay
        self._count = count
        # By connection and model: how many tokens its server counts for each we estimate.
        self._factors: dict[tuple[str, str], float] = {}

    def counter_for(self, partner: Partner) -> Corrected:
        """Return what estimates for `partner`, corrected by what its server counted last."""
        return Corrected(self._count, self._factors.get(_key(partner), 1.0))

    async def measure(
        self,
        partner: Partner,
        prompt: Prompt,
        request: ChatRequest,
        *,
        count: Corrected,
        until: float,
    ) -> Prompt | None:
        """Return `prompt` with what the server counts for `request`, and learn from it.

        `count` estimated the prompt: another may have been learned since. `None` where it does
        not tell, not before the loop's time is `until`, or not of files.
        """
        within = until - asyncio.get_running_loop().time()
        if within <= 0 or any(map(is_guessed, prompt.messages)):
            return None
        counted = await self._relay.counts.of(partner.connection, request, within=within)
        if counted is None:
            return None
        report = measured(prompt.report, counted.tokens, counted.what)
        if factor := correction_of(report, so_far=count.factor):
            self._factors[_key(partner)] = factor
        return structs.replace(prompt, report=report)


def _key(partner: Partner) -> tuple[str, str]:
    return partner.connection.id, partner.model
