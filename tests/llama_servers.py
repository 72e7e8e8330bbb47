"""A real llama.cpp server on loopback: the library of the embedded model, in a process of its own.

`python tests/llama_servers.py MODEL.gguf` loads the model, prints the address it listens at, and
serves until its input ends.
"""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

KEY = "sk-llama-0123456789"


@contextlib.contextmanager
def serving(model: Path) -> Iterator[str]:
    """Serve `model` and yield the server's address."""
    process = subprocess.Popen(  # noqa: S603  # our own interpreter and this file
        [sys.executable, __file__, str(model)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        address = process.stdout.readline().strip()
        assert address.startswith("http://127.0.0.1:"), address
        yield address
    finally:
        process.stdin.close()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
        process.stdout.close()


def main(path: str) -> None:
    import xllamacpp  # 100 MB of native code, wanted in this process only

    parameters = xllamacpp.CommonParams()
    parameters.model.path = path
    parameters.model_alias = {"tiny"}
    parameters.n_ctx = 1024
    parameters.n_parallel = 1
    # Several threads wait for one another by spinning, which is slow where others are at work.
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = 1
    parameters.warmup = False
    parameters.verbosity = 1
    parameters.hostnames = ["127.0.0.1"]
    parameters.api_keys = [KEY]
    parameters.ui = False
    parameters.endpoint_metrics = True
    parameters.offline = True
    server = xllamacpp.Server(parameters)
    print(server.listening_address, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
