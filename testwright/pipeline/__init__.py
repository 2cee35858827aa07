"""The straight line every file walks: draft, gate, run, repair, prove stable, keep."""
