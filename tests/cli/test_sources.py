"""`tapster sources show`: what a source takes, and under which names."""

import json

import pytest


def test_a_setting_is_shown_with_the_name_it_goes_out_under(call):
    shown = call("sources", "show", "llamacpp").out

    assert "mirostat_mode (as mirostat)" in shown
    assert "top_k," in shown
    assert "top_k (as" not in shown
    assert "Kept back" not in shown


def test_what_is_kept_back_is_shown(call):
    shown = call("sources", "show", "tabbyapi").out

    (line,) = [line for line in shown.splitlines() if line.startswith("Kept back")]
    assert "dry_multiplier" in line


@pytest.mark.parametrize(("source", "is_there"), [("vllm", True), ("claude", False)])
def test_whether_raw_text_is_continued_is_shown(call, source, is_there):
    assert ("/v1/completions" in call("sources", "show", source).out) == is_there
    assert json.loads(call("sources", "show", source, "--json").out)["text"] is is_there


def test_programs_are_told_the_same(call):
    shown = json.loads(call("sources", "show", "tabbyapi", "--json").out)

    assert shown["fields"]["regex"] == "regex_pattern"
    assert "top_k" not in shown["fields"]
    assert "dry_multiplier" in shown["kept_back"]
    assert "dry_multiplier" not in {setting["name"] for setting in shown["settings"]}
