"""The mock as a process of its own, as e2e tests and benchmarks start it."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parent.parent


@pytest.fixture
def port_file(tmp_path):
    return tmp_path / "port"


async def started(*words, wait_for):
    process = await asyncio.create_subprocess_exec(
        *words, env=os.environ | {"PYTHONPATH": str(TESTS)}, stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(20):
        while not wait_for.exists():  # noqa: ASYNC110  # a file has no event to wait for
            await asyncio.sleep(0.02)
    return process


async def test_it_says_its_port_answers_and_ends_on_sigterm(http, port_file):
    module = (sys.executable, "-m", "mock_provider", "--port-file", str(port_file))
    process = await started(*module, wait_for=port_file)
    async with http.get(f"http://127.0.0.1:{port_file.read_text()}/_mock/health") as answer:
        said = await answer.json()
    process.send_signal(signal.SIGTERM)
    output, _ = await asyncio.wait_for(process.communicate(), 5)

    assert said["ok"]
    assert output.decode().strip().endswith(port_file.read_text())
    assert process.returncode == 0


async def test_it_ends_when_its_parent_is_gone(port_file):
    # The parent starts the mock, waits until it serves, and goes.
    script = (
        "import subprocess, sys, time, pathlib\n"
        f"path = pathlib.Path({str(port_file)!r})\n"
        "subprocess.Popen([sys.executable, '-m', 'mock_provider', '--port-file', str(path)])\n"
        "while not path.exists(): time.sleep(0.02)\n"
    )
    parent = await started(sys.executable, "-c", script, wait_for=port_file)
    port = int(port_file.read_text())
    # The pipe is closed only when the last process that holds it has ended.
    await asyncio.wait_for(parent.communicate(), 10)

    with pytest.raises(OSError, match="Connect"):
        await asyncio.open_connection("127.0.0.1", port)
