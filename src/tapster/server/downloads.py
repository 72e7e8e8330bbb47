"""What is sent to be saved, and never to be opened here."""

from urllib.parse import quote

_PATHS = '/\\:*?"<>|'
_LONGEST_FILE_NAME = 150
# Windows takes these for devices, whatever ends their names.
_DEVICES = frozenset(
    {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(10))}
)

# Whatever a file holds, a browser that opens it here runs nothing of it.
_HARMLESS = {
    "content-security-policy": "default-src 'none'; sandbox; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
}


def to_save(name: str, *, ending: str = "") -> dict[str, str]:
    """Return the headers of something that is saved under `name`, which may be any text."""
    safe = quote(f"{_file_name(name)}{ending}", safe="")
    return _HARMLESS | {"content-disposition": f"attachment; filename*=UTF-8''{safe}"}


def _file_name(name: str) -> str:
    """Return `name` as one that leads nowhere and is read as it is written."""
    signs = [each if each.isprintable() and each not in _PATHS else "_" for each in name]
    kept = "".join(signs)[:_LONGEST_FILE_NAME].strip(". ") or "file"
    return f"_{kept}" if kept.partition(".")[0].strip().upper() in _DEVICES else kept
