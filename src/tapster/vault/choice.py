"""Which master key closes the vault of this installation."""

from pathlib import Path

from tapster.core.errors import VaultError
from tapster.core.secrets import Secret
from tapster.vault.keyrings import KeyringMaster
from tapster.vault.master_file import FileMaster
from tapster.vault.masters import Cost, Kind, Lock, MasterKey, PassphraseMaster


def choose_master(
    config_dir: Path,
    data_dir: Path,
    passphrase: Secret | None = None,
    keyring_allowed: bool = True,
) -> MasterKey:
    """Return the passphrase where one is given, else the keyring or the file `master.key`.

    Touches nothing: the keyring is asked only when a key is first sealed or opened. Raises
    `VaultError` when the configuration folder lies inside the data folder, where a copy of the
    data would carry its own key.
    """
    if passphrase is not None:
        return PassphraseMaster(passphrase)
    config, data = config_dir.resolve(), data_dir.resolve()
    if config == data or data in config.parents:
        raise VaultError(
            f"The configuration folder {config} lies inside the data folder {data}, so a copy of "
            "the data would carry the key that opens it: set TAPSTER_CONFIG_DIR or "
            "TAPSTER_DATA_DIR to a folder elsewhere, or set TAPSTER_VAULT_PASSPHRASE."
        )
    file = FileMaster(config / "master.key")
    return KeyringOrFile(KeyringMaster(), file) if keyring_allowed else file


class KeyringOrFile:
    """The keyring where one works, else the file; what either closed, the same opens."""

    def __init__(self, keyring: KeyringMaster, file: FileMaster) -> None:
        self._keyring = keyring
        self._file = file

    @property
    def kind(self) -> Kind:
        return self.to_create().kind

    @property
    def cost(self) -> Cost | None:
        return None

    def to_create(self) -> MasterKey:
        return self._keyring if self._keyring.works() else self._file

    def to_open(self, kind: Kind) -> MasterKey | None:
        return self._keyring.to_open(kind) or self._file.to_open(kind)

    def create(self, lock: Lock) -> bytes:
        return self.to_create().create(lock)

    def read(self, lock: Lock) -> bytes:
        return (self.to_open(lock.kind) or self._file).read(lock)

    def forget(self, vault: str, *, keep: str) -> None:
        self._file.forget(vault, keep=keep)
        self._keyring.forget(vault, keep=keep)
