"""`python -m troth`: the same as `troth`."""

from troth.cli.main import main

main()
