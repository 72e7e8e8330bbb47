"""The program `tapster` as a person or a script runs it: its words in, its words out."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# In every key a test makes up: wherever else it shows, a key has leaked.
CANARY = "CANARY"


@dataclass(frozen=True)
class Ran:
    """What came of one run."""

    code: int
    out: str
    err: str

    @property
    def complaint(self) -> str:
        """The one line on standard error, after checking that there is no other."""
        assert self.err.startswith("tapster: "), self.err
        assert self.err.count("\n") == 1, self.err
        assert "Traceback" not in self.err
        assert CANARY not in self.err + self.out
        return self.err.removeprefix("tapster: ").strip()


@dataclass(frozen=True)
class Program:
    """`tapster` in a home of its own, with nothing else in its environment."""

    home: Path

    @property
    def environment(self) -> dict[str, str]:
        """The environment it runs in; the master key is a file, for there is no desktop."""
        return {
            "HOME": str(self.home),
            "PATH": os.environ["PATH"],
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            "TAPSTER_DATA_DIR": str(self.home / "data"),
            "TAPSTER_CONFIG_DIR": str(self.home / "config"),
            "TAPSTER_VAULT_KEY": "file",
        }

    def command(self, *words: str | Path) -> list[str]:
        """Return the command line for `words`."""
        return [sys.executable, "-c", "from tapster.cli import main; main()", *map(str, words)]

    def run(
        self,
        *words: str | Path | bytes,
        stdin: bytes = b"",
        environment: Mapping[str, str] | None = None,
    ) -> Ran:
        """Run it to its end."""
        ran = subprocess.run(  # noqa: S603  # our own interpreter
            [*self.command(), *words],
            input=stdin,
            env={**self.environment, **(environment or {})},
            capture_output=True,
            timeout=60,
            check=False,
        )
        return Ran(ran.returncode, ran.stdout.decode(), ran.stderr.decode())
