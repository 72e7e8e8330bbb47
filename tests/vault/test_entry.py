import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapster.core.errors import InvalidInput
from tapster.vault import accept_key


@pytest.mark.parametrize(
    "text",
    [
        "sk-abcdefgh1234",
        "  sk-abcdefgh1234\n",
        "\r\n\tsk-abcdefgh1234\r\n",
        '"sk-abcdefgh1234"',
        "'sk-abcdefgh1234'\n",
        "`sk-abcdefgh1234`",
        "“sk-abcdefgh1234”",
        "Bearer sk-abcdefgh1234",
        "bearer  sk-abcdefgh1234 ",
        '"Bearer sk-abcdefgh1234"',
        "\ufeffsk-abcdefgh1234\u200b",
    ],
)
def test_what_clings_to_a_pasted_key_is_taken_off(text):
    assert accept_key(text).reveal() == "sk-abcdefgh1234"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ('""', "empty"),
        ("sk-abcd efgh1234", "space or a line break"),
        ("sk-abcd\nefgh1234", "space or a line break"),
        ("sk-abcd\u00a0efgh1234", "space or a line break"),
        ("sk-abcdéfgh1234", "cannot be in a key"),
        ("sk—abcdefgh1234", "cannot be in a key"),
        ("sk-abcd\u200befgh1234", "cannot be in a key"),
        ("sk-abcd\x00efgh1234", "control character"),
        ("sk-abcd\x7fefgh1234", "control character"),
        ("k" * 20_000, "longer than"),
    ],
)
def test_what_cannot_be_a_key_is_refused_in_words_that_do_not_repeat_it(text, words):
    with pytest.raises(InvalidInput, match=words) as refused:
        accept_key(text)

    assert refused.value.field == "key"
    assert "abcd" not in refused.value.message
    assert "efgh" not in refused.value.message


@given(st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="\"'`")))
def test_a_printable_key_is_taken_as_it_is(text):
    if text:
        assert accept_key(f" {text}\n").reveal() == text


@given(st.text())
def test_every_text_is_a_clean_key_or_refused(text):
    try:
        key = accept_key(text).reveal()
    except InvalidInput:
        return

    assert key.isascii()
    assert key.isprintable()
    assert " " not in key
