"""The response settings a person can turn: their names, ranges and meaning, in one table."""

from tapster.core.settings.basics import BASICS
from tapster.core.settings.samplers import SAMPLERS
from tapster.core.settings.setting import Kind, Setting

SETTINGS: dict[str, Setting] = {setting.name: setting for setting in (*BASICS, *SAMPLERS)}

__all__ = ["BASICS", "SETTINGS", "Kind", "Setting"]
