"""What reading bytes as JSON can raise: bad JSON, bad UTF-8, nesting without end."""

import msgspec

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
