"""A small built page, as Vite leaves one, in a folder of a test's own."""

import gzip
from pathlib import Path

import brotli

SCRIPT = b"console.log('here');\n" * 200
INDEX = b"""<!doctype html>
<meta name="csp-nonce" content="__NONCE__">
<script type="module" src="/assets/index-B_x9-a1c.js"></script>
"""
OFFLINE = b'<!doctype html>\n<style nonce="__NONCE__">body { margin: 0 }</style>\nOffline.\n'


def build_page(folder: Path) -> Path:
    """Write the page and return its folder."""
    for name, content in {
        "index.html": INDEX,
        "offline.html": OFFLINE,
        "sw.js": b"self.skipWaiting();\n",
        "manifest.webmanifest": b'{"name": "Tapster"}',
        "icons/icon.svg": b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        "assets/index-B_x9-a1c.js": SCRIPT,
        "assets/large-0a1b2c3d.wasm": bytes(300_000),
        "assets/.hidden": b"SECRET",
        "other/notes.txt": b"SECRET",
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    script = folder / "assets/index-B_x9-a1c.js"
    script.with_name(script.name + ".br").write_bytes(brotli.compress(SCRIPT))
    script.with_name(script.name + ".gz").write_bytes(gzip.compress(SCRIPT))
    return folder
