"""`python -m okienko`."""

from okienko.cli import main

main()
