"""Sends each call by the transport its address names: the network, the embedded model, a page."""

from contextlib import AbstractAsyncContextManager

from tapster.core.links import Answer, Call, Transport

ENGINE_SCHEME = "engine:"
PAGE_SCHEME = "page:"


class Transports:
    """Three transports behind one door."""

    def __init__(self, *, network: Transport, engine: Transport, pages: Transport) -> None:
        self._network = network
        self._engine = engine
        self._pages = pages

    def send(self, call: Call) -> AbstractAsyncContextManager[Answer]:
        if call.url.startswith(ENGINE_SCHEME):
            return self._engine.send(call)
        if call.url.startswith(PAGE_SCHEME):
            return self._pages.send(call)
        return self._network.send(call)
