"""What all tests may ask for: the shared recordings, and a server that replays them."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

# Programs started in the background by a shell ignore Ctrl-C, and so would those the tests start.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

SHARED = Path(__file__).parents[2] / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take minutes, so that no core waits for another at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of recorded exchanges and golden files beside the project."""
    if not SHARED.is_dir():
        pytest.skip("the shared recordings are not beside this checkout")
    return SHARED


@pytest.fixture(scope="session")
def replay(shared, tmp_path_factory):
    """The base URL of a server that answers `/x/<id>[~option]/…` as it was recorded."""
    corpus = shared / "recordings"
    if not (corpus / "replay.py").is_file():
        pytest.skip("the shared recordings hold no replay.py")
    port_file = tmp_path_factory.mktemp("replay") / "port"
    command = [sys.executable, str(corpus / "replay.py"), "--corpus", str(corpus)]
    server = subprocess.Popen(  # noqa: S603  # our own interpreter and a known script
        [*command, "--port", "0", "--port-file", str(port_file)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield f"http://127.0.0.1:{_port_written_to(port_file, server)}"
    finally:
        server.terminate()
        server.wait(10)


def _port_written_to(path: Path, server: "subprocess.Popen[bytes]") -> int:
    until = time.monotonic() + 30
    while time.monotonic() < until and server.poll() is None:
        if path.is_file() and (text := path.read_text()):
            return int(text)
        time.sleep(0.02)
    pytest.fail("replay.py did not start")
