"""`python -m testwright` is the command line."""

from testwright.cli import main

main()
