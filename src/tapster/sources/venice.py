"""Venice: private, uncensored models; thoughts come inside the text.

https://docs.venice.ai/api-reference/api-spec
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._options import Option
from tapster.sources._source import HttpSource

source = HttpSource(
    id="venice",
    title="Venice AI",
    base_url="https://api.venice.ai/api/v1",
    version="/v1",
    docs="https://docs.venice.ai/api-reference/api-spec",
    dialect=OpenAIChat(
        inline_thinking=True, also_takes=frozenset({"top_k", "min_p", "repetition_penalty"})
    ),
    key_page="https://venice.ai/settings/api",
    key_variables=(
        "VENICE_API_KEY",
        "VENICE_AI_API_KEY",
    ),
    list_is_public=True,
    options=(
        Option(
            "system_prompt",
            "Venice's own system prompt",
            "Off: only your own instructions are sent to the model.",
            kind="switch",
            body="venice_parameters.include_venice_system_prompt",
        ),
        Option(
            "web_search",
            "Web search",
            "Let the model search before it answers.",
            kind="choice",
            choices=("off", "on", "auto"),
            body="venice_parameters.enable_web_search",
        ),
        Option(
            "character",
            "Venice character",
            "The public id of a character kept at Venice.",
            body="venice_parameters.character_slug",
        ),
    ),
)
