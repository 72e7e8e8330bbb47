"""OpenAI Chat Completions as our gateway serves it: requests read, replies written."""

from tapster.dialects.openai_chat.requested import Asked, decode_request
from tapster.dialects.openai_chat.served import (
    ReplyEncoder,
    encode_error,
    encode_reply,
    encode_source_error,
)

__all__ = [
    "Asked",
    "ReplyEncoder",
    "decode_request",
    "encode_error",
    "encode_reply",
    "encode_source_error",
]
