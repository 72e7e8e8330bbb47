from pathlib import Path

from tapster.sources import all_sources
from tapster.sources._table import render_table

PAGE = Path(__file__).parents[2] / "docs" / "sources.md"


def test_the_page_of_sources_is_current():
    assert PAGE.read_text() == render_table(), "run: python -m tapster.sources._table"


def test_every_source_and_option_is_on_the_page():
    page = render_table()

    for source in all_sources().values():
        assert f"`{source.id}`" in page
        assert all(f"| `{option.name}` |" in page for option in source.options)
