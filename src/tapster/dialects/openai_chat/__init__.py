"""OpenAI Chat Completions, both ways: the format most endpoints imitate."""

from tapster.dialects.openai_chat.dialect import OpenAIChat

__all__ = ["OpenAIChat"]
