"""LiteLLM: a proxy before many providers, with keys and budgets of its own.

https://docs.litellm.ai/docs/proxy/user_keys
"""

import asyncio

from tapster.core.servers import ServerFacts
from tapster.dialects.json_values import text_in
from tapster.dialects.openai_chat import OpenAIChat
from tapster.dialects.openai_text import OpenAIText
from tapster.sources._counts import Body, Counted, Post, number_in, some_of
from tapster.sources._probes import StatusCall
from tapster.sources._servers import Ask, ServerKind, models_in
from tapster.sources._source import HttpSource


async def look(ask: Ask) -> ServerFacts | None:
    """Return its version and its list: a proxy loads nothing itself."""
    alive = await ask("/health/liveliness")
    if alive.status != 200 or "I'm alive!" not in alive.words:
        return None
    health, listed = await asyncio.gather(ask("/health/readiness"), ask("/v1/models"))
    return ServerFacts(
        version=text_in(health.found.get("litellm_version")),
        models=models_in(listed),
        # Without a database it has other words for a key it does not know, and none for none.
        refused=listed.status >= 400,
    )


async def count(post: Post, body: Body) -> Counted:
    """Count by LiteLLM's own vocabularies: the provider behind it is not asked."""
    answer = await post("/utils/token_counter", some_of(body, "model", "messages", "tools"))
    return Counted(number_in(answer, "total_tokens"), what="guess")


source = HttpSource(
    id="litellm",
    title="LiteLLM proxy",
    base_url="http://127.0.0.1:4000",
    tails=("/v1",),
    docs="https://docs.litellm.ai/docs/proxy/user_keys",
    dialect=OpenAIChat(
        path="/v1/chat/completions",
        inline_thinking=True,
        # What OpenAI has no field for goes on to the provider behind it untouched.
        also_takes=frozenset({"top_k", "min_p", "repetition_penalty", "json_schema"}),
        prefill="prefix",
        # Claude refuses the result of a tool where the thinking before the call is missing.
        replay_reasoning="blocks",
    ),
    text=OpenAIText(path="/v1/completions"),
    key_need="optional",
    server=ServerKind(look),
    models_path="/v1/models",
    facts_path="/v1/model/info",
    status=StatusCall("/health/liveliness", proves_key=False),
    count=count,
    always_external=True,
    note=(
        "The key is one it made, or its master key. It refuses settings the provider behind it "
        "lacks, unless it runs with `drop_params`."
    ),
)
