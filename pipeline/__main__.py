"""`python -m pipeline` is `bia-curation`."""

from pipeline.cli import main

main()
