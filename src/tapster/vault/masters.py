"""The master key that wraps the vault's data key, and where it comes from."""

from typing import ClassVar, Literal, Protocol

from msgspec import Struct

from tapster.core.errors import VaultError
from tapster.core.secrets import Secret

Kind = Literal["passphrase", "keyring", "file"]


class Cost(Struct, frozen=True, forbid_unknown_fields=True):
    """What one guess of a passphrase costs (Argon2id, RFC 9106): passes, KiB, lanes."""

    passes: int = 3
    memory: int = 65_536
    lanes: int = 4


class Lock(Struct, frozen=True, forbid_unknown_fields=True):
    """Which master key closes a vault: no secret, only how to find or derive it.

    `vault` and `master` are random names of the vault and of one of its master keys.
    """

    vault: str
    master: str
    kind: Kind
    salt: bytes
    cost: Cost | None = None


class MasterKey(Protocol):
    """Where a master key comes from. The methods may take a moment: call them in a thread."""

    def to_create(self) -> "MasterKey":
        """Return the place that closes a new vault."""

    def to_open(self, kind: Kind) -> "MasterKey | None":
        """Return the place that can open a lock of this kind, if this is one."""

    @property
    def kind(self) -> Kind:
        """What a lock made here says of itself."""

    @property
    def cost(self) -> Cost | None:
        """What a guess shall cost, where the master key is a passphrase."""

    def create(self, lock: Lock) -> bytes:
        """Make a master key for `lock`, keep it durably, and return 32 bytes."""

    def read(self, lock: Lock) -> bytes:
        """Return the 32 bytes of the master key of `lock`. Raises `VaultLocked`."""

    def forget(self, vault: str, *, keep: str) -> None:
        """Remove every master key of `vault` but the one named `keep`."""


class PassphraseMaster:
    """A passphrase the person knows: nothing of it is kept but how to stretch it."""

    kind: ClassVar[Kind] = "passphrase"

    def __init__(self, passphrase: Secret, *, cost: Cost | None = None) -> None:
        if not passphrase.reveal():
            raise VaultError(
                "The vault's passphrase is empty: set TAPSTER_VAULT_PASSPHRASE to some words only "
                "you know, or unset it."
            )
        self._passphrase = passphrase
        self.cost = cost or Cost()

    def to_create(self) -> MasterKey:
        return self

    def to_open(self, kind: Kind) -> MasterKey | None:
        return self if kind == self.kind else None

    def create(self, lock: Lock) -> bytes:
        return self.read(lock)

    def read(self, lock: Lock) -> bytes:
        return stretch(self._passphrase, salt=lock.salt, cost=lock.cost or Cost())

    def forget(self, vault: str, *, keep: str) -> None:
        """Do nothing: a passphrase is kept nowhere."""


def stretch(passphrase: Secret, *, salt: bytes, cost: Cost) -> bytes:
    """Return the 32 bytes Argon2id makes of `passphrase`. Raises `VaultError` for mad costs.

    The costs come from a file that may be anybody's: they are bounded, so that opening one
    cannot take all memory.
    """
    if not (1 <= cost.passes <= 16 and 8 <= cost.memory <= 1 << 20 and 1 <= cost.lanes <= 16):
        raise VaultError(
            "These sealed keys ask for more work than Tapster ever does: the file was not written "
            "by Tapster, or it is damaged. Use another copy of it."
        )
    from argon2.low_level import Type, hash_secret_raw  # noqa: PLC0415  # seldom needed

    return hash_secret_raw(
        passphrase.reveal().encode(),
        salt,
        time_cost=cost.passes,
        memory_cost=max(cost.memory, 8 * cost.lanes),
        parallelism=cost.lanes,
        hash_len=32,
        type=Type.ID,
    )
