"""People talk: the message tree, and the runs that write it."""

from tapster.chats.admission import Limits
from tapster.chats.chats import Chats
from tapster.chats.exports import Exports
from tapster.chats.imports import Imports
from tapster.chats.runs import Runs, Said, Wish

__all__ = ["Chats", "Exports", "Imports", "Limits", "Runs", "Said", "Wish"]
