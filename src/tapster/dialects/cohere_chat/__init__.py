"""Cohere Chat v2: typed events, a plan before the tools, citations in the answer.

https://docs.cohere.com/reference/chat
"""

from tapster.dialects.cohere_chat.dialect import CohereChat

__all__ = ["CohereChat"]
