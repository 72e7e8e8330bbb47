"""How what happens in one process is heard in another: in memory, or through Redis.

A run's events go out in numbered batches on a channel named after the run. Nothing here is the
truth: the database is. A channel may have a gap (Redis was away, the log was cut), and whoever
follows it finds that by the numbers, and reads the database. Words to a person, who has pages
open, have no numbers: they say what to look at anew.
"""

from tapster.broadcast.broadcast import Broadcast, Listener, open_broadcast
from tapster.broadcast.channels import Batch, Channel
from tapster.broadcast.ears import Ear, Word
from tapster.broadcast.memory import MemoryBroadcast

__all__ = [
    "Batch",
    "Broadcast",
    "Channel",
    "Ear",
    "Listener",
    "MemoryBroadcast",
    "Word",
    "open_broadcast",
]
