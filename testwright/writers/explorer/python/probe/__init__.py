"""Runs inside the sandbox, beside the project's code: calls it on chosen inputs and writes down what was seen.

These modules travel as text inside a suite (see `luggage.py`), so they use the standard library only and syntax that
Python 3.10 reads.
"""
