"""`python -m pipeline` is `bia-curation`."""

import os
import sys

HERE, HOME = os.getcwd(), os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

# Python looks for modules in the working directory first, which may be a folder of a submission
if HERE != HOME and sys.path[0] == HERE:
    del sys.path[0]

from pipeline.cli import main  # noqa: E402

main()
