"""One target under atheris: `python -m tests.fuzz.one TARGET [libFuzzer's options]`."""

import logging
import sys

import atheris

with atheris.instrument_imports(include=["testwright"]):
    from tests.fuzz.targets import TARGETS

if __name__ == "__main__":
    logging.disable()
    target = TARGETS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, target)
    atheris.Fuzz()
