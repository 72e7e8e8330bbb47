"""Sealing: authenticated encryption of one value, and the data key that all keys rest under."""

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tapster.core.errors import Tampered
from tapster.core.keys import Key, SealedKey
from tapster.core.secrets import Secret

# How the sealed bytes of a key are laid out: version, id of the data key, nonce, ciphertext.
_VERSION = b"\x01"
_NAME = 8
_NONCE = 12


class DataKey:
    """The random key all provider keys of a vault are sealed under.

    `material` is 64 bytes: the sealing key, and the key of the fingerprints, which stays when
    the sealing key is renewed so that a key keeps its fingerprint.
    """

    __slots__ = ("_aead", "_material", "name")

    def __init__(self, name: bytes, material: bytes) -> None:
        self.name = name
        self._material = material
        self._aead = AESGCM(material[:32])

    @classmethod
    def new(cls) -> "DataKey":
        """Return a fresh data key."""
        return cls(os.urandom(_NAME), os.urandom(64))

    def renewed(self) -> "DataKey":
        """Return a fresh data key that makes the same fingerprints."""
        return DataKey(os.urandom(_NAME), os.urandom(32) + self._material[32:])

    def seal(self, key: Key, secret: Secret) -> SealedKey:
        """Return `secret` sealed so that it opens only as `key`: same id, owner and origin."""
        nonce = os.urandom(_NONCE)
        sealed = self._aead.encrypt(nonce, secret.reveal().encode(), _bound_to(key))
        return SealedKey(key=key, sealed=_VERSION + self.name + nonce + sealed)

    def open(self, sealed: SealedKey) -> Secret:
        """Return what `sealed` holds. Raises `Tampered`, naming the row."""
        at = 1 + _NAME
        if sealed.sealed[:at] != _VERSION + self.name:
            raise tampered_with(sealed.key)
        nonce, ciphertext = sealed.sealed[at : at + _NONCE], sealed.sealed[at + _NONCE :]
        try:
            return Secret(self._aead.decrypt(nonce, ciphertext, _bound_to(sealed.key)).decode())
        except (InvalidTag, ValueError):
            raise tampered_with(sealed.key) from None

    def fingerprint(self, secret: Secret) -> str:
        """Return twelve digits that tell keys apart and say nothing without the data key.

        A plain hash would let a short proxy password be guessed from a copied database.
        """
        mark = hmac.digest(self._material[32:], secret.reveal().encode(), hashlib.sha256)
        return mark.hex()[:12]

    def wrap(self, master: bytes, *, salt: bytes, nonce: bytes, bound_to: bytes) -> bytes:
        """Return this data key sealed under a master key."""
        return AESGCM(_wrapping_key(master, salt)).encrypt(nonce, self._material, bound_to)


def unwrap(
    wrapped: bytes, master: bytes, *, name: bytes, salt: bytes, nonce: bytes, bound_to: bytes
) -> DataKey | None:
    """Return the data key sealed under `master`; `None` when that is not its master key."""
    try:
        return DataKey(name, AESGCM(_wrapping_key(master, salt)).decrypt(nonce, wrapped, bound_to))
    except (InvalidTag, ValueError):
        return None


def names_data_key(sealed: SealedKey, name: bytes) -> bool:
    """Return whether `sealed` says it was sealed under the data key called `name`."""
    return sealed.sealed[1 : 1 + _NAME] == name


def tampered_with(key: Key) -> Tampered:
    """Return the error for a key whose sealed bytes are not what we sealed."""
    return Tampered(
        f"The saved key {key.id} of {key.owner} was changed or damaged outside Tapster and cannot "
        "be opened: remove it and enter it again, or restore a backup."
    )


def _wrapping_key(master: bytes, salt: bytes) -> bytes:
    return hmac.digest(salt, b"tapster wraps a data key\x01" + master, hashlib.sha256)


def _bound_to(key: Key) -> bytes:
    parts = [text.encode() for text in (key.id, key.owner, key.origin)]
    return _VERSION + b"".join(len(part).to_bytes(4) + part for part in parts)
