"""Programs call: the OpenAI-shaped door."""

from tapster.gateway.aim import Aim, may_use
from tapster.gateway.gateway import Gateway, Streamed, Whole
from tapster.gateway.tokens import AccessTokens

__all__ = ["AccessTokens", "Aim", "Gateway", "Streamed", "Whole", "may_use"]
