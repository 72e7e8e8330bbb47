"""The built page as it is served: a table of its files, made once at the start.

Only names in the table are ever looked for, so no address leads out of the folder.
"""

import asyncio
import hashlib
from pathlib import Path
from typing import NamedTuple

PAGE = Path(__file__).parent.parent / "page"
"""Where `make web` and the build of the wheel put the page."""

# A larger file is read from the disk whenever it is asked for.
_KEPT = 256 * 1024
_NONCE = b"__NONCE__"
_INDEX = "index.html"
_FOLDERS = frozenset(("assets", "icons"))
_CODINGS = {".br": "br", ".gz": "gzip"}
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".gif": "image/gif",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".mp3": "audio/mpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".wasm": "application/wasm",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xml": "application/xml",
}


class Copy(NamedTuple):
    """A file's bytes in one coding; `body` is there where they are kept in memory."""

    path: Path
    size: int
    digest: str
    body: bytes | None

    async def read(self) -> bytes:
        """Return the bytes. Raises `OSError` for a file that is gone or another by now."""
        body = self.body
        if body is None:
            body = await asyncio.to_thread(self.path.read_bytes)
            if len(body) != self.size:
                raise FileNotFoundError(self.path)
        return body


class PageFile(NamedTuple):
    """A file of the page. One whose name holds a hash of what is in it `lasts`."""

    media_type: str
    lasts: bool
    plain: Copy
    coded: dict[str, Copy]

    @property
    def is_document(self) -> bool:
        """Whether a browser opens it as a page, with a nonce of its own."""
        return self.media_type.startswith("text/html")


class Page:
    """A built page. `build` is a hash of all that is in it."""

    def __init__(self, files: dict[str, PageFile], index: bytes) -> None:
        self.files = files
        self.build = _build_of(files, index)
        self._index = index

    def index(self, nonce: str) -> bytes:
        """Return the document every address of the page is answered with."""
        return with_nonce(self._index, nonce)


def read_page(folder: Path = PAGE) -> Page | None:
    """Return the page that was built into `folder`, if one was."""
    index = folder / _INDEX
    if not index.is_file():
        return None
    paths = {
        "/" + path.relative_to(folder).as_posix(): path
        for path in sorted(folder.rglob("*"))
        if _is_served(path, folder)
    }
    files = {
        name: PageFile(
            media_type=_TYPES.get(path.suffix, "application/octet-stream"),
            lasts=name.startswith("/assets/"),
            plain=_copy(path),
            coded={
                coding: _copy(paths[name + suffix])
                for suffix, coding in _CODINGS.items()
                if name + suffix in paths
            },
        )
        for name, path in paths.items()
        if path.suffix not in _CODINGS and path != index
    }
    return Page(files, index.read_bytes())


def with_nonce(document: bytes, nonce: str) -> bytes:
    """Return `document` with `nonce` wherever it names one."""
    return document.replace(_NONCE, nonce.encode())


def policy_of(nonce: str) -> str:
    """Return what a document of the page may do: only its own things, and no style but with
    `nonce`.
    """
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; "
        "img-src 'self' data: blob:; media-src 'self' data: blob:; font-src 'self'; "
        "connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


def _is_served(path: Path, folder: Path) -> bool:
    parts = path.relative_to(folder).parts
    return (
        path.is_file()
        and path.resolve().is_relative_to(folder.resolve())
        and not any(part.startswith(".") for part in parts)
        and (len(parts) == 1 or parts[0] in _FOLDERS)
    )


def _copy(path: Path) -> Copy:
    body = path.read_bytes()
    digest = hashlib.sha256(body).hexdigest()[:32]
    return Copy(path, len(body), digest, body if len(body) <= _KEPT else None)


def _build_of(files: dict[str, PageFile], index: bytes) -> str:
    told = hashlib.sha256(index)
    for name, file in files.items():
        told.update(f"{name} {file.plain.digest}\n".encode())
    return told.hexdigest()[:16]
