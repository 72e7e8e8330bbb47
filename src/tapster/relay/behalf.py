"""Calls on behalf of somebody: they carry whose page asks, for what lives in pages."""

from contextlib import AbstractAsyncContextManager

from msgspec.structs import replace

from tapster.core.errands import Asker
from tapster.core.links import Answer, Call, Transport


class OnBehalf:
    """A transport whose calls say that `asker` asks."""

    def __init__(self, transport: Transport, asker: Asker) -> None:
        self._transport = transport
        self._asker = asker

    def send(self, call: Call) -> AbstractAsyncContextManager[Answer]:
        return self._transport.send(replace(call, asker=self._asker))
