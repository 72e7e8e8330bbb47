"""Synthetic: open-weight models, named `hf:organisation/name`.

https://dev.synthetic.new/docs/api/overview
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._source import HttpSource

source = HttpSource(
    id="synthetic",
    title="Synthetic",
    base_url="https://api.synthetic.new/openai/v1",
    version="/v1",
    docs="https://dev.synthetic.new/docs/api/overview",
    dialect=OpenAIChat(also_takes=frozenset({"top_k", "min_p", "repetition_penalty"})),
    key_page="https://synthetic.new/user-settings/api",
    key_variables=("SYNTHETIC_API_KEY",),
)
