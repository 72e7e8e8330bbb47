"""Google generateContent: contents made of parts, for Gemini on AI Studio and Vertex AI.

https://ai.google.dev/api/generate-content
"""

from tapster.dialects.google_generate.dialect import GoogleGenerate

__all__ = ["GoogleGenerate"]
