"""Every kind of provider, one file each; the folder is the registry.

A module whose name does not begin with `_` holds one `source`. Packages of others join
through the entry-point group `tapster.sources`.
"""

from tapster.sources._addresses import CALL_TAILS, below, tidied
from tapster.sources._auth import Bearer, HeaderKey, NoKey, QueryKey
from tapster.sources._control import Act, Control, Wanted
from tapster.sources._counts import Counted
from tapster.sources._discovery import all_sources, find_source
from tapster.sources._fields import passed_over, renamed
from tapster.sources._options import Option, as_sent
from tapster.sources._probes import Probed, StatusCall
from tapster.sources._protocol import Source
from tapster.sources._servers import Ask, Said, ServerKind, models_in, owners_in
from tapster.sources._source import HttpSource

__all__ = [
    "CALL_TAILS",
    "Act",
    "Ask",
    "Bearer",
    "Control",
    "Counted",
    "HeaderKey",
    "HttpSource",
    "NoKey",
    "Option",
    "Probed",
    "QueryKey",
    "Said",
    "ServerKind",
    "Source",
    "StatusCall",
    "Wanted",
    "all_sources",
    "as_sent",
    "below",
    "find_source",
    "models_in",
    "owners_in",
    "passed_over",
    "renamed",
    "tidied",
]
