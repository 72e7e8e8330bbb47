import pytest

from tapster.core.messages import Image, Text, reworded

FILE = Text("a.txt:\n```\nOne.\n```\n\n")
PICTURE = Image(url="attachment:1")


@pytest.mark.parametrize(
    ("parts", "text", "left"),
    [
        pytest.param((Text("Hello"),), "Hello there", (Text("Hello there"),), id="words"),
        pytest.param((PICTURE,), "See", (PICTURE, Text("See")), id="words for a picture"),
        pytest.param(
            (Text("Old"), PICTURE, Text("words")), "New", (Text("New"), PICTURE), id="all words"
        ),
        pytest.param(
            (FILE, PICTURE, Text("Sum")),
            f"{FILE.text}Sum it up",
            (FILE, PICTURE, Text("Sum it up")),
            id="words below a file",
        ),
        pytest.param((FILE,), f"{FILE.text}Sum", (FILE, Text("Sum")), id="words for a file"),
        pytest.param((FILE, Text("Sum")), FILE.text, (FILE,), id="no words for a file"),
        pytest.param((FILE, FILE), f"Mine. {FILE.text}", (Text(f"Mine. {FILE.text}"),), id="above"),
        pytest.param((Text("Hello"),), "", (), id="nothing"),
    ],
)
def test_other_words_leave_what_is_not_theirs(parts, text, left):
    assert reworded(parts, text) == left
