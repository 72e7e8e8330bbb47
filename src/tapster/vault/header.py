"""The vault's one row: the wrapped data key, and how its master key is found."""

import hashlib
import os
import secrets
from contextlib import suppress

import msgspec
from msgspec import Struct

from tapster.core.errors import Tampered, VaultLocked
from tapster.vault.masters import Kind, Lock, MasterKey
from tapster.vault.sealing import DataKey, unwrap

_CHECK = 16


class Header(Struct, frozen=True, forbid_unknown_fields=True):
    """The wrapped data key called `data`, and the lock whose master key opens it."""

    lock: Lock
    data: bytes
    nonce: bytes
    wrapped: bytes
    version: int = 1


def close(data: DataKey, lock: Lock, master: bytes) -> Header:
    """Return `data` wrapped under the master key of `lock`."""
    nonce = os.urandom(12)
    wrapped = data.wrap(master, salt=lock.salt, nonce=nonce, bound_to=_bound_to(lock, data.name))
    return Header(lock=lock, data=data.name, nonce=nonce, wrapped=wrapped)


def unlock(header: Header, master: MasterKey) -> DataKey:
    """Return the data key of `header`. Raises `VaultLocked` when `master` does not open it.

    It may take a moment: call it in a thread.
    """
    place = master.to_open(header.lock.kind)
    if place is None:
        raise VaultLocked(_WAYS_OUT[header.lock.kind])
    data = unwrap(
        header.wrapped,
        place.read(header.lock),
        name=header.data,
        salt=header.lock.salt,
        nonce=header.nonce,
        bound_to=_bound_to(header.lock, header.data),
    )
    if data is None:
        raise VaultLocked(_WRONG[header.lock.kind])
    return data


def new_lock(master: MasterKey, *, vault: str | None = None) -> Lock:
    """Return a fresh lock for `master`, of the vault so named or of a new one."""
    return Lock(
        vault=vault or secrets.token_hex(8),
        master=secrets.token_hex(8),
        kind=master.kind,
        salt=os.urandom(16),
        cost=master.cost,
    )


def encode_header(header: Header) -> bytes:
    """Return the row's bytes: a checksum against accidents, and the header as JSON."""
    body = msgspec.json.encode(header)
    return hashlib.sha256(body).digest()[:_CHECK] + body


def decode_header(row: bytes) -> Header:
    """Return the header in `row`. Raises `Tampered` when it is not what we wrote."""
    if hashlib.sha256(row[_CHECK:]).digest()[:_CHECK] == row[:_CHECK]:
        with suppress(msgspec.MsgspecError):
            header = msgspec.json.decode(row[_CHECK:], type=Header)
            if header.version == 1:
                return header
    raise Tampered(
        "The vault's own row in the database was changed or damaged outside Tapster, so no key "
        "can be opened: restore a backup, or remove the keys and enter them again."
    )


def _bound_to(lock: Lock, name: bytes) -> bytes:
    return msgspec.json.encode((1, lock, name))


_WAYS_OUT: dict[Kind, str] = {
    "passphrase": (
        "The keys are locked with a passphrase: set TAPSTER_VAULT_PASSPHRASE and start Tapster "
        "again."
    ),
    "file": (
        "The keys are locked with the file master.key in the configuration folder, not with a "
        "passphrase: unset TAPSTER_VAULT_PASSPHRASE and start Tapster again."
    ),
    "keyring": (
        "The keys are locked with the system's keyring: unset TAPSTER_VAULT_PASSPHRASE and start "
        "Tapster where that keyring can be reached."
    ),
}

_WRONG: dict[Kind, str] = {
    "passphrase": (
        "The passphrase does not open the keys: check TAPSTER_VAULT_PASSPHRASE, or give the one "
        "they were locked with."
    ),
    "file": (
        "The file master.key does not open the keys: put back the one they were locked with, or "
        "remove the keys and enter them again."
    ),
    "keyring": (
        "The master key in the system's keyring does not open the keys: use the account they were "
        "saved with, or remove the keys and enter them again."
    ),
}
