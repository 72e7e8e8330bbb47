"""What the vendors of one mock share: keys, the script, and where the mock lives."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from mock_provider.behaviours import respond
from mock_provider.keys import Keys
from mock_provider.replies import Asked, Reply
from mock_provider.rooms import Room


@dataclass(slots=True)
class State:
    """`script` is used up first; then `behaviours` decide. `counted` is how often a fault hit."""

    keys: Keys = field(default_factory=Keys)
    script: deque[Reply] = field(default_factory=deque)
    counted: dict[str, int] = field(default_factory=dict)
    url: str = ""
    elsewhere_url: str = ""
    service_account: dict[str, Any] | None = None
    asked: deque[Asked] = field(default_factory=lambda: deque(maxlen=1000))

    rooms: dict[str, Room] = field(default_factory=dict)

    def room(self, server: str, models: dict[str, str] | None = None) -> Room:
        """Return what the server called so has; at first it has `models`."""
        return self.rooms.setdefault(server, Room(dict(models or {})))

    def reply_to(self, asked: Asked) -> Reply:
        """Return what the model says."""
        self.asked.append(asked)
        return self.script.popleft() if self.script else respond(asked)
