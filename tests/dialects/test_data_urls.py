"""Files that stand in an address."""

import pytest

from tapster.core.errors import InvalidInput
from tapster.dialects.data_urls import Inline, media_type_of, read_data_url


@pytest.mark.parametrize(
    ("url", "inline"),
    [
        ("data:image/png;base64,QUJD", Inline("image/png", "QUJD")),
        ("DATA:image/png;name=a;BASE64,QUJD", Inline("image/png", "QUJD")),
        ("data:text/plain;charset=utf-8,a%20b", Inline("text/plain", "YSBi")),
        ("data:,x", Inline("text/plain", "eA==")),
        ("data: image/JPG ;base64,QUJD", Inline("image/jpeg", "QUJD")),
        ("https://example.org/data:x,y", None),
    ],
)
def test_a_data_url_gives_its_type_and_its_bytes(url, inline):
    assert read_data_url(url) == inline


def test_a_data_url_without_data_is_refused():
    with pytest.raises(InvalidInput, match="no comma"):
        read_data_url("data:image/png;base64")


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("https://example.org/a.b/cat.JPG?x=1.png", "image/jpeg"),
        ("notes.md", "text/markdown"),
        ("gs://bucket/film.mp4", "video/mp4"),
        ("https://example.org/cat", None),
        ("https://[broken", None),
    ],
)
def test_the_ending_of_a_name_tells_its_type(name, media_type):
    assert media_type_of(name) == media_type
