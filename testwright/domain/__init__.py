"""Nouns, verdicts, events, errors and sockets: what every room speaks of. Nothing here does I/O."""
