"""Which keys are good. A key says so itself, so that any client can pick the case it needs.

The words of a key, split at anything but letters and digits, are read: `sk-good-1` is good;
`nocredit` is good but has no money; `limited` is rate limited; `noscope` may chat but not list
models; `late-3` is refused three times and good from then on, `late-2s` is refused for two
seconds after it is first seen (`late-500ms` likewise). Everything else is a wrong key.
"""

import re
import time
from dataclasses import dataclass, field
from typing import Literal

Standing = Literal["good", "wrong", "missing", "no_credit", "rate_limited", "no_scope"]

WORDS: dict[str, Standing] = {
    "good": "good",
    "nocredit": "no_credit",
    "limited": "rate_limited",
    "noscope": "no_scope",
}


@dataclass(slots=True)
class Keys:
    """The keys seen and set so far."""

    named: dict[str, Standing] = field(default_factory=dict)
    first_seen: dict[str, float] = field(default_factory=dict)
    calls: dict[str, int] = field(default_factory=dict)

    def standing(self, key: str | None) -> Standing:
        """Say how the vendor sees `key`; a late key counts this as a call."""
        if not key:
            return "missing"
        if key in self.named:
            return self.named[key]
        words = [word for word in re.split(r"[^a-z0-9]+", key.lower()) if word]
        if "late" in words:
            after = words[words.index("late") + 1 :]
            return "good" if self._has_ripened(key, after[0] if after else "2") else "wrong"
        return next((WORDS[word] for word in words if word in WORDS), "wrong")

    def _has_ripened(self, key: str, delay: str) -> bool:
        self.calls[key] = self.calls.get(key, 0) + 1
        first = self.first_seen.setdefault(key, time.monotonic())
        count, unit = re.fullmatch(r"(\d+)(ms|s)?.*", delay, re.DOTALL).groups()  # type: ignore[union-attr]
        if unit:
            return time.monotonic() - first >= int(count) / (1000 if unit == "ms" else 1)
        return self.calls[key] > int(count)
