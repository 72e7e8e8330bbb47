"""The embedded model, reached through the same door as any endpoint.

Nothing is imported from llama.cpp, and no model file is opened, before the first call.
"""

from tapster.engine.package import fetch_model
from tapster.engine.progress import Progress, Report
from tapster.engine.transport import EngineTransport
from tapster.engine.weights import Weights, add_model, find_models

__all__ = [
    "EngineTransport",
    "Progress",
    "Report",
    "Weights",
    "add_model",
    "fetch_model",
    "find_models",
]
