"""Words typed by a person, one file per command."""

import sys


def main() -> None:
    """Run the command line. Ctrl-C while the commands are still being read is no failure."""
    try:
        from tapster.cli._entry import main as run_command
    except KeyboardInterrupt:
        sys.exit(130)
    run_command()


__all__ = ["main"]
