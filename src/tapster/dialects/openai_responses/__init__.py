"""OpenAI Responses: typed items in, typed items out.

https://developers.openai.com/api/reference/responses
"""

from tapster.dialects.openai_responses.dialect import OpenAIResponses

__all__ = ["OpenAIResponses"]
