"""llama.cpp's own server, with all samplers of the library.

https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
"""

from dataclasses import replace

from tapster.dialects.openai_text import OpenAIText
from tapster.sources._llama import CHAT, OWN, RANGES
from tapster.sources._probes import StatusCall
from tapster.sources._source import HttpSource

source = HttpSource(
    id="llamacpp",
    title="llama.cpp server",
    base_url="http://127.0.0.1:8080",
    tails=("/v1",),
    docs="https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md",
    dialect=replace(CHAT, path="/v1/chat/completions"),
    ranges=RANGES,
    own=OWN,
    text=OpenAIText(path="/v1/completions"),
    key_need="optional",
    models_path="/v1/models",
    # Whoever asks may see the list and that it is alive; only a message proves the key.
    list_is_public=True,
    status=StatusCall("/health", proves_key=False),
    always_external=True,
    note=(
        "Started with `llama-server`; newer builds may listen at port 9931. "
        "The key is needed only with `--api-key`."
    ),
)
