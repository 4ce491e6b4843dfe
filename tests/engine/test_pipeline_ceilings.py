"""Sizes that only show when an element runs are refused before anything is solved."""

import re
from pathlib import Path

import pytest
from decays import DECAY, RATE, Decay, built, context, decay
from ionworks_engine.pipelines.errors import PipelineError
from ionworks_engine.pipelines.fits.data_fit import fit
from ionworks_engine.pipelines.optimizers import ceilings, options
from ionworks_engine.pipelines.sensitivity import sensitivity

ELEMENT = {
    "objectives": {"one": {"data": {}}},
    "parameters": {DECAY: {"bounds": [1.0, 5.0]}, RATE: {"bounds": [0.1, 2.0]}},
}


@pytest.fixture
def made(monkeypatch):
    return built(monkeypatch, {"one": lambda given: Decay(decay(), given)})


@pytest.mark.parametrize(("second", "factor"), [(False, 4), (True, 6)])
def test_a_sobol_design_has_a_ceiling(made, second, factor):
    element = {**ELEMENT, "n_samples": 2**30, "calc_second_order": second}
    words = rf"n_samples: 1,073,741,824 \* {factor} points; 1,000,000 are the most"
    with pytest.raises(PipelineError, match=words):
        sensitivity(element, context())
    assert made["one"].solves == 0


def test_a_grid_has_a_ceiling(made):
    with pytest.raises(PipelineError, match=r"501\*\*2 points; 250,000 are the most"):
        fit({**ELEMENT, "optimizer": {"type": "GridSearch", "npts": 501}}, context())
    assert made["one"].solves == 0


def test_a_population_has_a_ceiling(made):
    optimizer = {"type": "DifferentialEvolution", "population_size": 10**8}
    with pytest.raises(PipelineError, match=r"population_size: must be .* to 2,000"):
        fit({**ELEMENT, "optimizer": optimizer}, context())
    assert made["one"].solves == 0


PAGE = (Path(__file__).parents[2] / "docs" / "optimizers.md").read_text(encoding="utf-8")


def test_the_page_states_the_ceilings():
    told = PAGE.partition("## What is refused")[2].partition("## Seeds")[0]
    numbers = {int(each.replace(",", "")) for each in re.findall(r"\d[\d,]*\d", told)}
    stated = {name: each for name, each in vars(ceilings).items() if name.isupper()}
    assert len(stated) == 10
    assert {name for name, each in stated.items() if each not in numbers} == set()


def test_the_page_names_what_a_covariance_may_be_told():
    assert {name for name in options.METHODS["CMAES"] if f"`{name}`" not in PAGE} == set()
