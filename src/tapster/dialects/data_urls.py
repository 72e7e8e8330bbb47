"""Files in an address: `data:` URLs, and the media type of an address that only points."""

import base64
import mimetypes
from urllib.parse import unquote_to_bytes, urlsplit

from msgspec import Struct

from tapster.core.errors import InvalidInput

# The standard table of some systems lacks these.
_TYPES = {
    ".webp": "image/webp",
    ".heic": "image/heic",
    ".heif": "image/heif",
    ".avif": "image/avif",
    ".md": "text/markdown",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".flac": "audio/flac",
    ".wav": "audio/wav",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".mov": "video/quicktime",
}
# Providers refuse the name that many programs write.
_MISNAMED = {"image/jpg": "image/jpeg"}


class Inline(Struct, frozen=True):
    """What a `data:` URL holds: its media type and its bytes as standard base64."""

    media_type: str
    data: str


def is_data_url(url: str) -> bool:
    """Whether `url` holds the file itself."""
    return url[:5].lower() == "data:"


def read_data_url(url: str) -> Inline | None:
    """Return what `url` holds, or `None` if it is not a `data:` URL.

    Raises `InvalidInput` if it has no data.
    """
    if not is_data_url(url):
        return None
    head, comma, data = url[5:].partition(",")
    if not comma:
        raise InvalidInput(
            "An attachment's data: URL has no comma before its data. Attach the file again.",
            field="messages",
        )
    named, *parameters = (word.strip().lower() for word in head.split(";"))
    media_type = _MISNAMED.get(named, named) or "text/plain"
    if "base64" in parameters:
        return Inline(media_type=media_type, data=data.strip())
    return Inline(media_type=media_type, data=base64.b64encode(unquote_to_bytes(data)).decode())


def media_type_of(name: str) -> str | None:
    """Return the media type the ending of an address or a file name stands for, if known."""
    try:
        path = urlsplit(name).path
    except ValueError:
        return None
    ending = "." + path.rsplit(".", 1)[-1].lower() if "." in path else ""
    return _TYPES.get(ending) or mimetypes.types_map.get(ending)
