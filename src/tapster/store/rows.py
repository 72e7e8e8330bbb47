"""Everything that is kept, by noun, inside one transaction."""

from tapster.store.arrivals import Arrivals
from tapster.store.attachments import Attachments
from tapster.store.chats import Chats
from tapster.store.checkpoints import Checkpoints
from tapster.store.connections import Connections, Proxies
from tapster.store.editions import Editions
from tapster.store.journal import Journal
from tapster.store.keys import Keys, VaultHeader
from tapster.store.messages import Messages
from tapster.store.model_lists import ModelLists
from tapster.store.outlines import Outlines
from tapster.store.paths import Paths
from tapster.store.people import People, Sessions
from tapster.store.preferences import Preferences
from tapster.store.runs import RunRows
from tapster.store.searches import Searches
from tapster.store.standings import Standings
from tapster.store.tokens import Tokens
from tapster.store.transactions import Transaction


class Rows:
    """The rows of one transaction; use them only inside the `async with` that gave them."""

    def __init__(self, transaction: Transaction) -> None:
        self.connections = Connections(transaction)
        self.proxies = Proxies(transaction)
        self.keys = Keys(transaction)
        self.people = People(transaction)
        self.sessions = Sessions(transaction)
        self.preferences = Preferences(transaction)
        self.tokens = Tokens(transaction)
        self.model_lists = ModelLists(transaction)
        self.standings = Standings(transaction)
        self.vault = VaultHeader(transaction)
        self.chats = Chats(transaction)
        self.arrivals = Arrivals(transaction)
        self.messages = Messages(transaction)
        self.paths = Paths(transaction)
        self.outlines = Outlines(transaction)
        self.editions = Editions(transaction)
        self.checkpoints = Checkpoints(transaction)
        self.journal = Journal(transaction)
        self.attachments = Attachments(transaction)
        self.search = Searches(transaction)
        self.runs = RunRows(transaction)
