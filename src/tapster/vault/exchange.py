"""Keys on their way to another installation: one file, sealed by a passphrase."""

import hashlib
import os
from typing import Any, Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

from tapster.core.errors import Tampered, VaultError, VaultLocked
from tapster.core.keys import Key
from tapster.core.secrets import Secret
from tapster.vault.masters import Cost, stretch

_LARGEST = 16 << 20


class Carried(Struct, frozen=True, kw_only=True):
    """One key in the file. `owner` is the owner's id where it came from, `name` its name."""

    owner: str
    name: str
    label: str
    origin: str
    secret: Secret
    added_at: float
    last_worked_at: float | None = None
    state: Literal["active", "detached"] = "active"
    rank: int = 0


class Imported(Struct, frozen=True):
    """What came of a file: the keys that are new here, and the names of owners that are not."""

    keys: tuple[Key, ...] = ()
    missing: tuple[str, ...] = ()


class Parcel(Struct, frozen=True, kw_only=True):
    """The file. `check` tells damage from a wrong passphrase; it proves nothing."""

    tapster_keys: int = 1
    cost: Cost
    salt: bytes
    nonce: bytes
    sealed: bytes
    check: str = ""


def pack(keys: tuple[Carried, ...], passphrase: Secret, *, cost: Cost | None = None) -> bytes:
    """Return the file that carries `keys`. It takes a moment: call it in a thread."""
    if not passphrase.reveal():
        raise VaultError("The passphrase is empty: give some words that only you know.")
    cost, salt, nonce = cost or Cost(), os.urandom(16), os.urandom(12)
    aead = AESGCM(stretch(passphrase, salt=salt, cost=cost))
    sealed = aead.encrypt(
        nonce, msgspec.json.encode(keys, enc_hook=_write_secret), _bound_to(cost, salt)
    )
    parcel = Parcel(cost=cost, salt=salt, nonce=nonce, sealed=sealed)
    whole = msgspec.structs.replace(parcel, check=_check_of(parcel))
    return msgspec.json.format(msgspec.json.encode(whole), indent=2) + b"\n"


def unpack(data: bytes, passphrase: Secret) -> tuple[Carried, ...]:
    """Return the keys in the file `data`. It takes a moment: call it in a thread.

    Raises `VaultError` for what is no such file, `Tampered` for a damaged one, `VaultLocked`
    for a wrong passphrase.
    """
    parcel = _read(data)
    aead = AESGCM(stretch(passphrase, salt=parcel.salt, cost=parcel.cost))
    try:
        return msgspec.json.decode(
            aead.decrypt(parcel.nonce, parcel.sealed, _bound_to(parcel.cost, parcel.salt)),
            type=tuple[Carried, ...],
            dec_hook=_read_secret,
        )
    except (InvalidTag, ValueError):
        raise VaultLocked(
            "The passphrase does not open this file of keys: give the one it was exported with."
        ) from None


def _read(data: bytes) -> Parcel:
    try:
        parcel = msgspec.json.decode(data[: _LARGEST + 1], type=Parcel)
    except (msgspec.MsgspecError, ValueError):
        raise VaultError(
            "This is not a file of exported keys, or a part of it is missing: choose the file "
            "that `tapster keys export` wrote."
        ) from None
    if parcel.tapster_keys != 1:
        raise VaultError("This file of keys was written by a newer Tapster: update Tapster.")
    if parcel.check != _check_of(parcel):
        raise Tampered(
            "This file of exported keys is damaged: use another copy of it. Nothing was imported."
        )
    return parcel


def _check_of(parcel: Parcel) -> str:
    plain = msgspec.json.encode(msgspec.structs.replace(parcel, check=""))
    return hashlib.sha256(plain).hexdigest()[:16]


def _bound_to(cost: Cost, salt: bytes) -> bytes:
    return msgspec.json.encode(("tapster keys", 1, cost, salt))


def _write_secret(value: Any) -> str:
    if isinstance(value, Secret):
        return value.reveal()
    raise NotImplementedError


def _read_secret(kind: type, value: Any) -> Secret:
    if kind is Secret and isinstance(value, str):
        return Secret(value)
    raise NotImplementedError
