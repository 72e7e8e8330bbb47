"""How bytes travel: one HTTP session, stream framing, limits and the address guard."""

from tapster.net.failures import is_in_container
from tapster.net.framing import FrameParser
from tapster.net.guard import Guard
from tapster.net.http import HttpTransport
from tapster.net.limits import Limits

__all__ = ["FrameParser", "Guard", "HttpTransport", "Limits", "is_in_container"]
