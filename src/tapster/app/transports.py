"""Sends each call by the transport its address names: the network, or the embedded model."""

from contextlib import AbstractAsyncContextManager

from tapster.core.links import Answer, Call, Transport

ENGINE_SCHEME = "engine:"


class Transports:
    """Two transports behind one door."""

    def __init__(self, *, network: Transport, engine: Transport) -> None:
        self._network = network
        self._engine = engine

    def send(self, call: Call) -> AbstractAsyncContextManager[Answer]:
        if call.url.startswith(ENGINE_SCHEME):
            return self._engine.send(call)
        return self._network.send(call)
