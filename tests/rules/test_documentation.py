"""What a person can use is described where they look for it."""

import re
from pathlib import Path

import pytest

from tapster.app.config import SETTINGS, Config
from tapster.app.settings_page import render_settings
from tapster.cli._reference import render_commands
from tapster.server.api_page import render_api
from tapster.server.sentences import render_sentences
from tapster.sources import all_sources
from tapster.sources._table import render_table

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("page", "render"),
    [
        ("docs/api.md", render_api),
        ("docs/commands.md", render_commands),
        ("docs/settings.md", render_settings),
        ("docs/sources.md", render_table),
        ("web/src/lib/words/sentences.json", render_sentences),
    ],
)
def test_a_written_page_is_current(page, render):
    assert (ROOT / page).read_text(encoding="utf-8") == render(), "run `make docs`"


def test_every_field_of_the_configuration_is_described():
    described = {setting.name for setting in SETTINGS}

    assert described == set(Config.__struct_fields__)


def test_every_source_stands_in_the_table():
    page = (ROOT / "docs/sources.md").read_text(encoding="utf-8")

    missing = [id_ for id_ in all_sources() if f"`{id_}`" not in page]

    assert missing == []


def test_every_route_is_described():
    source = (ROOT / "src/tapster/server/application.py").read_text() + (
        ROOT / "src/tapster/server/v1.py"
    ).read_text()
    routes = set(re.findall(r'@(?:get|post|put|delete|patch)\("([^"]+)"', source))
    routes |= {f"/v1{path}" for path in re.findall(r'path == "(/[^"]+)"', source)}
    routes |= {f"/v1{path}<name>" for path in re.findall(r'startswith\("(/[^"]+/)"\)', source)}
    page = (ROOT / "docs/gateway.md").read_text(encoding="utf-8")

    missing = [route for route in routes if f"`{route}`" not in page and f" {route}`" not in page]

    assert "/v1/models/<name>" in routes
    assert len(routes) >= 5
    assert missing == []


def test_links_in_the_pages_lead_somewhere():
    broken = []
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", page.read_text("utf-8"))
        broken += [(page.name, each) for each in targets if not (page.parent / each).exists()]

    assert broken == []


def test_commands_in_the_pages_stand_apart_from_the_text():
    """Markdown would run one that is not indented, nor between fences, into a paragraph."""
    run_in = []
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        text = re.sub(r"(?ms)^```.*?^```$", "", page.read_text("utf-8"))
        run_in += re.findall(r"(?m)^(?:tapster [a-z]+ |printf ).*", text)

    assert run_in == []


# Every server that people run at home, by the file of its source.
SERVERS = (
    *("llamacpp", "koboldcpp", "ollama", "tabbyapi", "textgen"),
    *("aphrodite", "vllm", "lmstudio", "localai", "litellm"),
)


@pytest.mark.parametrize("server", SERVERS)
def test_a_servers_page_says_what_its_source_does(server):
    page = (ROOT / f"docs/servers/{server}.md").read_text(encoding="utf-8")
    source = all_sources()[server]
    code = (ROOT / f"src/tapster/sources/{server}.py").read_text(encoding="utf-8")
    # The calls of an answer; those that recognise it or change its models are other pages'.
    counting = re.search(r"async def count\(.*?\n\n\n", code, re.DOTALL)
    calls = re.findall(r'(?:\bpath=|StatusCall\(|Halt\()"(/[^"]+)"', code)
    calls += re.findall(r'post\(\s*"(/[^"]+)"', counting[0] if counting else "")

    assert page.startswith(f"# {source.title}\n")
    assert f"--source {server}" in page
    assert (source.base_url or "").rpartition(":")[2] in page
    assert [call for call in calls if call not in page] == []
    assert ("are estimated" in page.partition("## Counting tokens")[2].partition("##")[0]) != (
        source.counts_tokens
    )
