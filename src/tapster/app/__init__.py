"""Configuration read, objects joined; `Tapster` is the Python door."""

from tapster.app.config import Config, read_config
from tapster.app.drafts import Draft
from tapster.app.tapster import Tapster
from tapster.vault import accept_key

__all__ = ["Config", "Draft", "Tapster", "accept_key", "read_config"]
