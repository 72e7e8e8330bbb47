"""Titles made of opening words."""

import time

import pytest

from tapster.chats.titles import title_from


@pytest.mark.parametrize(
    ("opening", "title"),
    [
        ("  What is\na swipe?  ", "What is a swipe?"),
        ("**Bold** and __quite bold__ and ***both***", "Bold and quite bold and both"),
        ("_so_ and *so*, ~~gone~~, ||hidden||", "so and so, gone, hidden"),
        ("**Run `make`**, then `*.py`", "Run make, then *.py"),
        ("## A heading ##\n\nand words", "A heading and words"),
        ("A heading\n=====\n\n---\nand words", "A heading and words"),
        ("> quoted\n> - one\n* two\n1. three", "quoted one two 1. three"),
        ('[A link](https://x.example/a_(b) "so") there', "A link there"),
        ("![A cat](cat.png), <https://x.example/c_d>", "A cat, https://x.example/c_d"),
        (r"see [docs](http://x/a\_b) and run `make test`", "see docs and run make test"),
        (r"![x](u\_v) `first` and `second`", "x first and second"),
        (r"\*literally\* \# so", "*literally* # so"),
        ("“**Zażółć**”, 你**好**世界", "“Zażółć”, 你好世界"),
        ("What is wrong?\n```py\nprint(1)\n```\nSay.", "What is wrong? Say."),
        ("```py\nprint(1)\n```", "print(1)"),
        ("Never closed:\n~~~\nprint(1)", "Never closed:"),
    ],
)
def test_marks_are_taken_off_the_words(opening, title):
    assert title_from([opening]) == title


@pytest.mark.parametrize(
    "opening",
    [
        "snake_case_name is _ one",
        "2 * 3 * 4 = 24, a ** b ** c, x || y || z",
        "def f(*args, **kwargs)",
        "What do __init__ and __init__.py do?",
        "C# > C, -5 degrees, #tag, ~/bin and ~ada",
        "f[0](x) and a[1]",
        "1984. A novel",
        "***",
    ],
)
def test_what_is_no_mark_stays(opening):
    assert title_from([opening]) == opening


def test_a_file_among_the_words_is_named_and_not_read_out():
    pasted = "pasted.txt:\n```\n" + "A long story. " * 9000 + "\n```\n\n"

    assert title_from([pasted, "Summarise **this**"]) == "pasted.txt: Summarise this"


def test_a_title_ends_where_it_gets_long_and_nothing_has_none():
    assert title_from(["word " * 100]) == ("word " * 12).strip()
    assert title_from([]) == title_from(["", " \n "]) == ""


@pytest.mark.parametrize("mark", ["*", "`", "[", "_a ", "> ", "**a ", "[](", "\\", " #", "```\n"])
def test_a_flood_of_marks_takes_no_time(mark):
    began = time.process_time()

    assert len(title_from([mark * 1_000_000] * 100)) <= 60

    assert time.process_time() - began < 2
