"""Images and documents as Anthropic's blocks."""

import base64
import binascii
from typing import Any

from tapster.core.errors import InvalidInput
from tapster.core.messages import File
from tapster.dialects.data_urls import read_data_url

Block = dict[str, Any]


def image_block(url: str) -> Block:
    """Return the block of an image at an address, or inside a `data:` URL."""
    inline = read_data_url(url)
    if inline is None:
        return {"type": "image", "source": {"type": "url", "url": url}}
    source = {"type": "base64", "media_type": inline.media_type, "data": inline.data}
    return {"type": "image", "source": source}


def file_block(file: File) -> Block:
    """Return the block of a document; an image among the files becomes an image."""
    block: Block = {"type": "document", "source": _source(file)}
    if block["source"]["type"] == "base64" and block["source"]["media_type"].startswith("image/"):
        return {"type": "image", "source": block["source"]}
    if file.name:
        block["title"] = file.name
    return block


def _source(file: File) -> Block:
    if file.file_id:
        return {"type": "file", "file_id": file.file_id}
    url = file.url or ""
    inline = read_data_url(url)
    if inline is None:
        return {"type": "url", "url": url}
    if not inline.media_type.startswith("text/"):
        return {"type": "base64", "media_type": inline.media_type, "data": inline.data}
    try:
        words = base64.b64decode(inline.data).decode(errors="replace")
    except binascii.Error:
        raise InvalidInput(
            f"The attached file {file.name or 'without a name'} is not valid base64. "
            "Attach it again.",
            field="messages",
        ) from None
    return {"type": "text", "media_type": "text/plain", "data": words}
