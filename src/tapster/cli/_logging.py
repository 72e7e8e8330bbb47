"""Logs, with a filter before them that takes out whatever looks like a key."""

import copy
import json
import logging
import sys
import time
import traceback
from typing import TYPE_CHECKING

from tapster.core.redaction import redact_shapes
from tapster.core.request_ids import REQUEST_ID

if TYPE_CHECKING:
    from tapster.app import Config


# Stands where the logger's name goes, while the line is looked over for keys.
_NAME = "\x00"


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        request_id = REQUEST_ID.get()
        mark = f" [{request_id}]" if request_id else ""
        # Not the logger's name, which is ours: its dots would make it look like a key.
        unnamed = copy.copy(record)
        unnamed.name = _NAME
        return redact_shapes(super().format(unnamed) + mark).replace(_NAME, record.name, 1)


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created)) + "Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id := REQUEST_ID.get():
            line["request"] = request_id
        if record.exc_info:
            line["exception"] = "".join(traceback.format_exception(*record.exc_info))
        ours = {"time", "level", "logger"}
        return json.dumps(
            {name: value if name in ours else redact_shapes(value) for name, value in line.items()}
        )


def keep_log(config: "Config", *, serving: bool = False) -> None:
    """Log to standard error: while serving at the chosen level, else only when debugging."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        root.removeHandler(handler)
    level = config.log_level.upper()
    if not serving and config.log_level != "debug":
        level = "CRITICAL"
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        _Json()
        if config.log_format == "json"
        else _Text("%(asctime)s %(levelname)s %(name)s: %(message)s")
    )
    root.addHandler(handler)
    root.setLevel(level)
    # Libraries tell requests, headers and queries when asked for everything: not ours to log.
    for library in ("aiosqlite", "asyncio", "sqlalchemy", "alembic", "uvicorn", "aiohttp"):
        logging.getLogger(library).setLevel(max(logging.WARNING, root.level))
