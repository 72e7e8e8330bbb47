"""The only room where a key is legible."""

from tapster.vault.choice import choose_master
from tapster.vault.entry import accept_key
from tapster.vault.exchange import Imported
from tapster.vault.keyrings import KeyringMaster
from tapster.vault.master_file import FileMaster
from tapster.vault.masters import MasterKey, PassphraseMaster
from tapster.vault.passwords import Passwords
from tapster.vault.vault import Vault

__all__ = [
    "FileMaster",
    "Imported",
    "KeyringMaster",
    "MasterKey",
    "PassphraseMaster",
    "Passwords",
    "Vault",
    "accept_key",
    "choose_master",
]
