"""How the house is kept: floors, names, locks."""

import ast
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "tapster"
ROLES = {"util", "utils", "helper", "helpers", "common", "base", "manager", "service", "misc"}


def test_every_floor_imports_downwards_only():
    # In a process of its own: it switches off the logs of the process it runs in.
    command = "import sys; from importlinter import cli; sys.exit(cli.lint_imports(no_cache=True))"

    done = subprocess.run(  # noqa: S603  # our own interpreter and words
        [sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stdout


def test_no_module_is_named_for_a_role():
    named = [file for file in PACKAGE.rglob("*.py") if ROLES & set(file.stem.strip("_").split("_"))]

    assert named == []


def test_no_lock_file_names_an_address():
    locks = [*(ROOT / "locks").glob("*.txt"), *PACKAGE.rglob("*.lock")]
    addressed = [file for file in locks if re.search(r"https?://|--index-url", file.read_text())]

    assert len(locks) >= 4
    assert addressed == []


def test_every_locked_package_has_a_hash():
    for file in [*(ROOT / "locks").glob("*.txt"), *PACKAGE.rglob("*.lock")]:
        pinned = re.findall(r"^([A-Za-z0-9._-]+)==", file.read_text(), re.MULTILINE)
        blocks = re.split(r"^(?=[A-Za-z0-9])", file.read_text(), flags=re.MULTILINE)
        hashed = [block for block in blocks if "--hash=sha256:" in block]

        assert pinned
        assert len(hashed) == len(pinned), file


def test_nothing_runs_at_import_but_definitions():
    # A call at the top of a module is a value being made; a statement that acts is not.
    acting = []
    for file in PACKAGE.rglob("*.py"):
        acting += [
            (file.relative_to(PACKAGE), node.lineno)
            for node in ast.parse(file.read_text()).body
            if isinstance(node, ast.For | ast.While | ast.With | ast.Try)
            and not all(isinstance(inner, ast.Import | ast.ImportFrom) for inner in node.body)
        ]

    assert acting == []
