"""How vLLM, and servers made of it, say who they are."""

from collections.abc import Awaitable, Callable

from tapster.core.servers import ServerFacts
from tapster.dialects.json_values import text_in
from tapster.sources._servers import Ask, marked, models_in, owners_in


def looking_for(owner: str) -> Callable[[Ask], Awaitable[ServerFacts | None]]:
    """Return how the server is looked at whose models are owned by `owner`.

    With a key it hides its list, but not what it counts, whose names begin with its own.
    """

    async def look(ask: Ask) -> ServerFacts | None:
        listed = await ask("/v1/models")
        if listed.wants_key:
            if f"\n{owner}:".encode() not in (await ask("/metrics")).body:
                return None
        elif owner not in owners_in(listed):
            return None
        version = await ask("/version")
        models = models_in(listed)
        return ServerFacts(
            version=text_in(version.found.get("version")),
            models=marked(models, (model.id for model in models)),
            context=models[0].context if models else None,
            refused=listed.wants_key,
        )

    return look
