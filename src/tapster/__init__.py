"""Tapster: one bar, every tap. A self-hosted chat front end and gateway."""

__version__ = "0.1.0"
