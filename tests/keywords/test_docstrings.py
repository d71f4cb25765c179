"""The examples in docstrings are true."""

import doctest
from types import ModuleType

import pytest

from keywords import classify, disguise, normalize, segments, topics


@pytest.mark.parametrize("module", [classify, disguise, normalize, segments, topics])
def test_examples_in_docstrings_hold(module: ModuleType) -> None:
    results = doctest.testmod(module)
    assert results.attempted > 0
    assert results.failed == 0
