"""The mock as a process: `python -m mock_provider --port 0 --port-file F`.

It ends on SIGTERM or SIGINT, when its parent is gone, and after an hour in any case.
"""

import argparse
import asyncio
import contextlib
import os
import signal
from pathlib import Path

from mock_provider.server import MockProvider


async def run(port: int, port_file: Path | None, seconds: float) -> None:
    """Serve until told to stop."""
    parent = os.getppid()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    async with MockProvider(port=port) as mock:
        print(mock.url, flush=True)
        if port_file:
            # Renamed into place, so that whoever waits for the file never reads half of it.
            part = port_file.with_suffix(".part")
            part.write_text(mock.url.rpartition(":")[2])
            part.rename(port_file)
        deadline = loop.time() + seconds
        while not stop.is_set() and os.getppid() == parent and loop.time() < deadline:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(0.5):
                    await stop.wait()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="mock_provider", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--port-file", type=Path)
    parser.add_argument("--seconds", type=float, default=3600.0)
    options = parser.parse_args()
    asyncio.run(run(options.port, options.port_file, options.seconds))


if __name__ == "__main__":
    main()
