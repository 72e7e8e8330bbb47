"""When something was said, in each of the ways SillyTavern wrote it down over the years."""

import math
import re
from datetime import UTC, datetime, tzinfo

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
# June 19, 2023 2:20pm
_SPOKEN = re.compile(
    r"([A-Za-z]{3,9})\.? (\d{1,2}), (\d{4}) (\d{1,2}):(\d{2}) ?([ap]m)", re.IGNORECASE
)
# 2024-7-12@01h31m37s, 2024-6-5 @14h 56m 50s 682ms
_STAMP = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2}) ?@ ?(\d{1,2})h ?(\d{1,2})m ?(\d{1,2})s ?(?:(\d{1,3})ms)?",
    re.ASCII,
)
_DIGITS = re.compile(r"\d{9,14}", re.ASCII)
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*")
# More seconds than this are milliseconds.
_MOST_SECONDS = 1e11


def read_date(said: object, *, zone: tzinfo | None) -> float | None:
    """Return when `said` was, in seconds since the epoch; `None` where nobody can tell.

    Dates without a zone of their own are read in `zone`; `None` is the one this machine is in.
    """
    if isinstance(said, bool) or not isinstance(said, int | float | str):
        return None
    try:
        moment = _of_text(said.strip(), zone) if isinstance(said, str) else _of_number(said)
    except (ValueError, OverflowError):
        return None
    return moment if moment is not None and 0 <= moment < _MOST_SECONDS else None


def write_date(moment: float) -> str:
    """Return a moment as recent versions write it."""
    told = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return told.replace("+00:00", "Z")


def _of_number(said: float) -> float | None:
    if not math.isfinite(said):
        return None
    return said / 1000 if said >= _MOST_SECONDS else float(said)


def _of_text(said: str, zone: tzinfo | None) -> float | None:
    if _DIGITS.fullmatch(said):
        return _of_number(int(said))
    if spoken := _SPOKEN.fullmatch(said):
        name, *numbers, half = spoken.groups()
        month = next((at for at, each in enumerate(_MONTHS, 1) if each == name[:3].lower()), 0)
        day, year, hour, minute = map(int, numbers)
        hour = hour % 12 + 12 * (half.lower() == "pm")
        return datetime(year, month, day, hour, minute, tzinfo=zone).timestamp()
    if stamp := _STAMP.fullmatch(said):
        year, month, day, hour, minute, second, thousandth = (int(n or 0) for n in stamp.groups())
        then = datetime(year, month, day, hour, minute, second, thousandth * 1000, tzinfo=zone)
        return then.timestamp()
    if _ISO.fullmatch(said):
        then = datetime.fromisoformat(said)
        return (then if then.tzinfo else then.replace(tzinfo=zone)).timestamp()
    return None
