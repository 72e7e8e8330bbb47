"""Which of a loaded model's slots a request goes to.

llama.cpp reads the prompts of its slots in the order of their numbers, each to its end, so a
long prompt in a low slot makes a short one in a higher slot wait for many seconds. The longer a
prompt, the higher therefore its slot. What a slot has read before it
does not read again, so a chat goes back to its own slot if that spares half of its prompt.
"""

from collections.abc import Iterator
from contextlib import contextmanager

_LENGTHS = (600, 2400, 9600)
"""Bytes at which a prompt counts as longer: about one, four and sixteen seconds' reading on a
slow processor."""


class Slots:
    """The slots of one loaded model."""

    def __init__(self, count: int) -> None:
        self._read = [b""] * count
        self._free = set(range(count))

    @contextmanager
    def place(self, prompt: bytes, share: int = 1) -> Iterator[int]:
        """Yield the number of the slot for `prompt`, holding `share` slots. There must be one."""
        slot = self._best(prompt)
        taken = [slot, *sorted(self._free - {slot})[: share - 1]]
        self._free.difference_update(taken)
        self._read[slot] = prompt
        try:
            yield slot
        finally:
            self._free.update(taken)

    def _best(self, prompt: bytes) -> int:
        spared = {slot: _common(prompt, self._read[slot]) for slot in self._free}
        own = max(spared, key=lambda slot: (spared[slot], -slot))
        if spared[own] * 2 >= len(prompt):
            return own
        longer = sum(len(prompt) >= length for length in _LENGTHS) / len(_LENGTHS)
        wanted = longer * (len(self._read) - 1)
        return min(self._free, key=lambda slot: (abs(slot - wanted), slot))


def _common(one: bytes, other: bytes) -> int:
    """Return how many bytes both begin with: by halves, as prompts are long."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[:middle] == other[:middle]:
            low = middle
        else:
            high = middle - 1
    return low
