import io
import logging
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from programs import Program, Ran
from tapster.cli._entry import main

TESTS = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def mock(tmp_path_factory):
    """The address of a mock of every provider, in a process of its own."""
    port_file = tmp_path_factory.mktemp("mock") / "port"
    server = subprocess.Popen(  # noqa: S603  # our own interpreter and module
        [sys.executable, "-m", "mock_provider", "--port-file", str(port_file)],
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        stdout=subprocess.DEVNULL,
    )
    until = time.monotonic() + 30
    while not port_file.is_file() and time.monotonic() < until and server.poll() is None:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port_file.read_text()}"
    server.terminate()
    server.wait(10)


@pytest.fixture(autouse=True)
def logs_as_before():
    """Put the process's logging back as it was: a command run in this process sets it up."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    levels = {name: logging.getLogger(name).level for name in root.manager.loggerDict}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name in root.manager.loggerDict:
        logging.getLogger(name).setLevel(levels.get(name, logging.NOTSET))


@pytest.fixture
def program(tmp_path):
    """`tapster` in an empty home."""
    return Program(tmp_path)


@pytest.fixture
def call(program, capsys, monkeypatch):
    """Call `tapster` in this process, several times as fast as `program`, in the same home."""
    config = program.home / "config"
    config.mkdir(exist_ok=True)
    (config / "config.toml").write_text('vault_key = "file"\n')
    folders = ["--data-dir", str(program.home / "data"), "--config-dir", str(config)]

    def run(*words: str | Path, stdin: bytes = b"", **environment: str) -> Ran:
        for variable, value in environment.items():
            monkeypatch.setenv(variable, value)
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8"))
        with pytest.raises(SystemExit) as left:
            main([*folders, *map(str, words)])
        said = capsys.readouterr()
        return Ran(left.value.code, said.out, said.err)

    return run
