"""Local: a small model that runs here, with no key, no network and no other server.

https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
"""

from tapster.dialects.openai_text import OpenAIText
from tapster.sources._auth import NoKey
from tapster.sources._llama import CHAT, OWN, RANGES
from tapster.sources._source import HttpSource

source = HttpSource(
    id="local",
    title="Embedded model (runs here)",
    base_url="engine://local",
    docs="https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md",
    dialect=CHAT,
    ranges=RANGES,
    own=OWN,
    auth=NoKey(),
    key_need="none",
    built_in=True,
    text=OpenAIText(),
    note="A small model that needs no key and no network. It is quick to try, not very clever.",
)
