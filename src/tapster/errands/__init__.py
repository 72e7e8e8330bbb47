"""Models that live in a browser: the calls wait here until an open page has carried them out.

A transport for `page:` addresses. `send` offers an errand to the pages of the person who asks;
the page that asked comes first, then any other that can. What it says comes out as an answer of
OpenAI's kind, so that all that is done with answers is done with these. Nothing goes over a
network from here.
"""

from tapster.errands.desk import Desk, Pace
from tapster.errands.transport import PageTransport

__all__ = ["Desk", "Pace", "PageTransport"]
