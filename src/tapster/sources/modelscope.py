"""ModelScope: the model hub's inference API.

https://modelscope.cn/docs/model-service/API-Inference/intro
"""

from tapster.dialects.openai_chat import OpenAIChat
from tapster.sources._source import HttpSource

source = HttpSource(
    id="modelscope",
    title="ModelScope",
    base_url="https://api-inference.modelscope.cn/v1",
    version="/v1",
    docs="https://modelscope.cn/docs/model-service/API-Inference/intro",
    dialect=OpenAIChat(also_takes=frozenset({"top_k"})),
    key_page="https://modelscope.cn/my/myaccesstoken",
    key_variables=(
        "MODELSCOPE_API_KEY",
        "MODELSCOPE_SDK_TOKEN",
    ),
    list_is_public=True,
)
