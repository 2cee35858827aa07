"""The command line: the same line as the service, told to the terminal."""

from testwright.cli.app import main

__all__ = ["main"]
