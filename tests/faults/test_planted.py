"""The planted faults still fit: each text to be changed stands exactly once where it should."""

import plant
import pytest

from conftest import ROOT


@pytest.fixture
def fault():
    return plant.read()[0]


def test_every_planted_fault_still_applies():
    wrong = []
    for fault in plant.read():
        try:
            fault.place(ROOT)
        except ValueError as error:
            wrong.append(str(error))
    assert not wrong, "\n".join(wrong)


def test_there_are_forty_and_each_names_a_test():
    faults = plant.read()
    assert len(faults) >= 40 and len({fault.what for fault in faults}) == len(faults)
    for fault in faults:
        file = fault.test.split()[0].partition("::")[0]
        assert (ROOT / "tests" / file).exists(), file


def test_a_text_that_is_gone_is_told(fault):
    with pytest.raises(ValueError, match=r"expected once .*found nowhere"):
        plant.Fault(**vars(fault) | {"old": "no such text"}).place(ROOT)
