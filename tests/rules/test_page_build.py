"""The page is in what is shipped, and is built only where it must be."""

import importlib.util
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def load_hook():
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    hook = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(hook)
    return hook


hatch_build = load_hook()


@pytest.fixture
def clone(tmp_path):
    """A clone with small sources of a page, and no page."""
    for name in ("pyproject.toml", "README.md", "LICENSE", "hatch_build.py", ".gitignore"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    package = tmp_path / "src" / "tapster"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('__version__ = "0"\n')
    web = tmp_path / "web"
    (web / "node_modules" / "left").mkdir(parents=True)
    (web / "node_modules" / "left" / "index.js").write_text("")
    (web / "package.json").write_text('{"scripts": {"build": "exit 3"}}')
    (web / "main.ts").write_text("first")
    return tmp_path


def put_page(clone):
    """Leave a page as if it had been built from the sources there are."""
    web = hatch_build.web_in(clone)
    (web.page / "assets").mkdir(parents=True)
    (web.page / "index.html").write_text("<!doctype html>")
    (web.page / "assets" / "index-0a.js").write_text("1")
    (web.page / ".sources").write_text(web.digest())
    return web


def build(clone, *words, path="/nothing"):
    """Run hatchling in the clone, with this PATH."""
    return subprocess.run(  # noqa: S603  # our own interpreter and words
        [sys.executable, "-m", "hatchling", "build", "-d", "dist", *words],
        cwd=clone,
        env={"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_page_is_current_until_a_source_changes(clone):
    web = put_page(clone)

    assert web.is_current
    (clone / "web" / "node_modules" / "left" / "index.js").write_text("no source of ours")
    assert web.is_current
    (clone / "web" / "main.ts").write_text("second")
    assert not web.is_current


def test_a_page_without_sources_is_current_as_in_what_is_shipped(clone):
    web = put_page(clone)
    (clone / "web" / "package.json").unlink()

    assert web.is_current
    (web.page / "index.html").unlink()
    assert not web.is_current


def test_the_wheel_and_the_sdist_hold_the_page_though_git_does_not(clone):
    put_page(clone)

    done = build(clone)

    assert done.returncode == 0, done.stderr
    (wheel,) = (clone / "dist").glob("*.whl")
    (sdist,) = (clone / "dist").glob("*.tar.gz")
    assert "src/tapster/page/" in (clone / ".gitignore").read_text()
    shipped = set(zipfile.ZipFile(wheel).namelist())
    assert {"tapster/page/index.html", "tapster/page/assets/index-0a.js"} <= shipped
    with tarfile.open(sdist) as opened:
        packed = {name.partition("/")[2] for name in opened.getnames()}
    assert {"web/main.ts", "src/tapster/page/index.html", "hatch_build.py"} <= packed
    assert not [name for name in packed if "node_modules" in name]


def test_a_wheel_without_a_page_is_not_built_where_there_is_no_node(clone):
    done = build(clone, "-t", "wheel")

    assert done.returncode != 0
    assert "built with Node" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert not list((clone / "dist").glob("*.whl"))


def test_an_editable_install_builds_no_page(clone):
    hook = hatch_build.PageHook(str(clone), {}, None, None, str(clone), "wheel")

    hook.initialize("editable", {})

    assert not hatch_build.web_in(clone).page.exists()


def test_a_current_page_asks_for_no_node(clone):
    hook = hatch_build.PageHook(str(clone), {}, None, None, str(clone), "wheel")

    put_page(clone)

    assert hook.dependencies() == []
