"""The browser's own model: what Chrome and Edge bring, as `LanguageModel` (the Prompt API).

https://developer.chrome.com/docs/ai/prompt-api
"""

from tapster.core.errands import OWN_CHOICE
from tapster.core.models import Model
from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._auth import NoKey
from tapster.sources._pages import CONTEXT, below, in_words, inside
from tapster.sources._source import HttpSource

source = HttpSource(
    id="browser",
    title="Model in the browser (Chrome, Edge)",
    base_url=inside("language-model"),
    docs="https://developer.chrome.com/docs/ai/prompt-api",
    dialect=OpenAIChat(
        effort="none",
        stream_usage=False,
        developer=False,
        prefill="prefix",
        speaks_ours=False,
        also_takes=frozenset({"top_k", "json_schema"}),
        never_takes=frozenset(
            {
                *("top_p", "frequency_penalty", "presence_penalty", "max_tokens", "stop", "seed"),
                *("n", "logprobs", "top_logprobs", "logit_bias", "verbosity"),
            }
        ),
    ),
    # What Chrome reports as the most it takes.
    ranges={"temperature": (0.0, 2.0), "top_k": (1, 128)},
    own={"top_k": {"neutral": None}},
    refine=in_words("the browser’s model", systems="first"),
    address=below("language-model"),
    auth=NoKey(),
    key_need="none",
    models_path=None,
    options=(CONTEXT,),
    context_option=CONTEXT.name,
    catalogue=(Model(id=OWN_CHOICE, title="The browser’s model"),),
    note="A small model that the browser downloads once and runs on your computer: no key, and "
    "nothing leaves it. It answers only while a page is open.",
    ability="language-model",
)
