"""Window AI: a browser extension that lends pages its person's keys, as `window.ai`.

https://windowai.io
"""

from tapster.core.errands import OWN_CHOICE
from tapster.core.models import Model
from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._auth import NoKey
from tapster.sources._pages import CONTEXT, below, in_words, inside
from tapster.sources._ranges import Ranges
from tapster.sources._source import HttpSource

# Whose temperature ends at 1, behind the extension as elsewhere.
_COOL = ("anthropic/", "google/palm-2")


def model_ranges(model: str) -> Ranges:
    """Return the ranges of one model."""
    return {"temperature": (0.0, 1.0)} if model.startswith(_COOL) else {}


source = HttpSource(
    id="windowai",
    title="Window AI (browser extension)",
    base_url=inside("window.ai"),
    docs="https://windowai.io",
    # Of all settings the extension passes on these three alone.
    dialect=OpenAIChat(
        effort="none",
        stream_usage=False,
        developer=False,
        json_format="none",
        prefill="none",
        speaks_ours=False,
        never_takes=frozenset(
            {
                *("top_p", "frequency_penalty", "presence_penalty", "seed", "n", "logprobs"),
                *("top_logprobs", "logit_bias", "verbosity"),
            }
        ),
    ),
    refine=in_words("the Window AI extension", systems="anywhere"),
    address=below("window.ai"),
    model_ranges=model_ranges,
    auth=NoKey(),
    key_need="none",
    models_path=None,
    options=(CONTEXT,),
    context_option=CONTEXT.name,
    catalogue=(Model(id=OWN_CHOICE, title="The extension’s model"),),
    note="The extension keeps your keys and asks your provider itself. It is found in the page, "
    "and answers only while a page is open.",
    ability="window.ai",
)
