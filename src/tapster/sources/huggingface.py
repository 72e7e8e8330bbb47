"""Hugging Face: one router to many inference providers.

https://huggingface.co/docs/inference-providers/tasks/chat-completion
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._source import HttpSource

source = HttpSource(
    id="huggingface",
    title="Hugging Face",
    base_url="https://router.huggingface.co/v1",
    version="/v1",
    docs="https://huggingface.co/docs/inference-providers/tasks/chat-completion",
    dialect=OpenAIChat(also_takes=frozenset({"top_k", "repetition_penalty"})),
    key_page="https://huggingface.co/settings/tokens/new?ownUserPermissions=inference.serverless.write&tokenType=fineGrained",
    key_variables=(
        "HF_TOKEN",
        "HUGGINGFACE_API_KEY",
        "HUGGING_FACE_HUB_TOKEN",
    ),
    list_is_public=True,
    note=(
        "A provider is chosen by the end of the id, as in `model:groq`; `:cheapest` and `:fastest` "
        "choose for you. The token needs the permission to call inference providers."
    ),
)
