"""Litestar as we use it: values are msgspec structs, and nothing else is looked for."""

from litestar import Litestar
from litestar.plugins import PluginProtocol
from litestar.plugins.core import MsgspecDIPlugin


class Rooms(Litestar):
    """An application without the plugins for libraries that merely happen to be installed.

    Importing pydantic where something else brought it along takes a quarter of our start.
    """

    @staticmethod
    def _get_default_plugins(plugins: list[PluginProtocol]) -> list[PluginProtocol]:
        return [*plugins, MsgspecDIPlugin()]
