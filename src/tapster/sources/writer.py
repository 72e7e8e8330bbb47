"""Writer: the Palmyra models.

https://dev.writer.com/api-reference/completion-api/chat-completion
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._source import HttpSource

source = HttpSource(
    id="writer",
    title="Writer",
    base_url="https://api.writer.com/v1",
    version="/v1",
    docs="https://dev.writer.com/api-reference/completion-api/chat-completion",
    dialect=OpenAIChat(
        path="/chat",
        effort="none",
        never_takes=frozenset(
            {
                "frequency_penalty",
                "presence_penalty",
                "seed",
                "logit_bias",
                "reasoning_effort",
                "verbosity",
            }
        ),
    ),
    key_page="https://app.writer.com/aistudio",
    key_variables=("WRITER_API_KEY",),
    tails=("/chat",),
)
