"""Testwright writes tests that have proved themselves."""

__version__ = "0.1.0"
