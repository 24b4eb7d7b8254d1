"""What tests of many modules are given."""

from __future__ import annotations

import pytest

from pipeline.knowledge import Knowledge
from tests import archives


@pytest.fixture(scope="session")
def known() -> Knowledge:
    return archives.known()
