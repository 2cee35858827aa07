"""The writer that asks a language model. What it answers faces the same gates as everything else."""

from testwright.writers.model.writer import ModelWriter

__all__ = ["ModelWriter"]
