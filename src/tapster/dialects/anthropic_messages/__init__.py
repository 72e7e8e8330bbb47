"""Anthropic Messages: content blocks in, content blocks out.

https://docs.claude.com/en/api/messages
"""

from tapster.dialects.anthropic_messages.dialect import AnthropicMessages

__all__ = ["AnthropicMessages"]
