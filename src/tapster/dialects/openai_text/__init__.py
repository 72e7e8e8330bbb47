"""OpenAI's text completions, both ways: raw text continued, with no template around it."""

from tapster.dialects.openai_text.dialect import OpenAIText

__all__ = ["OpenAIText"]
