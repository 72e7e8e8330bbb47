"""A value that must not be printed: it shows its last four characters at most."""

import hashlib


class Secret:
    """A key or password in use. `reveal` is called where it goes on the wire, nowhere else."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the legible value."""
        return self._value

    @property
    def last4(self) -> str:
        """The last four characters, or fewer of a short one, so that it cannot be guessed."""
        return self._value[-4:] if len(self._value) >= 12 else ""

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that tell two keys apart."""
        return hashlib.sha256(b"tapster-key:" + self._value.encode()).hexdigest()[:12]

    def __repr__(self) -> str:
        return f"…{self.last4}"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a secret is not pickled")
