"""How we reach a model: choose, retry, fall back, check."""

from tapster.relay.attempts import Patience, Trail, tries_of
from tapster.relay.book import Book
from tapster.relay.outgoing import Outgoing
from tapster.relay.relay import Relay
from tapster.relay.shelf import Shelf
from tapster.relay.trial import Trial

__all__ = ["Book", "Outgoing", "Patience", "Relay", "Shelf", "Trail", "Trial", "tries_of"]
