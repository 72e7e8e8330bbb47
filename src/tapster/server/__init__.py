"""HTTP: read, ask, answer."""

from tapster.server.serving import Place, address_of, listen, run_server

__all__ = ["Place", "address_of", "listen", "run_server"]
