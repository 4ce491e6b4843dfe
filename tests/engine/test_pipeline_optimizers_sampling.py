"""Samplers recover a posterior that is known on paper, and say how far they are to be trusted."""

import numpy as np
import pints
import pytest
from closed_forms import Bell
from ionworks_engine.pipelines.errors import PipelineError
from ionworks_engine.pipelines.optimizers import diagnostics, merged, options, run

DRAWS = {"MonomialGammaHamiltonianMCMC": 600, "HamiltonianMCMC": 600, "RelativisticMCMC": 600}


def sampled(method="HaarioBardenetACMC", problem=None, seed=1, **settings):
    settings = {"type": "PintsSampler", "method": method, "max_iterations": 2000, **settings}
    return run(settings, problem or Bell(), seed=seed)


@pytest.mark.parametrize("method", options.SAMPLERS)
def test_it_recovers_a_normal_posterior(method):
    """Five standard errors, by the effective number of draws, as a bound on the mean."""
    problem = Bell()
    optimum = sampled(method, problem, max_iterations=DRAWS.get(method, 2000))
    extra = optimum.extra
    assert optimum.kind == "PosteriorResult"
    assert extra["method"] == method
    assert extra["parameter_names"] == ["a", "b"]
    chains = np.array(extra["chains"])
    assert chains.shape == (1, DRAWS.get(method, 2000), 2)
    kept = np.array([chains[0, extra["burnin"] :, 0], np.log(chains[0, extra["burnin"] :, 1])])
    for index, name in enumerate("ab"):
        deviation = np.sqrt(problem.covariance[index, index])
        error = deviation / np.sqrt(extra["ess"][name])
        assert abs(kept[index].mean() - problem.mean[index]) < 5 * error
        assert kept[index].std() == pytest.approx(deviation, rel=0.3)
        assert extra["r_hat"][name] < 1.1
        assert extra["ess"][name] > 15
    assert np.corrcoef(kept)[0, 1] == pytest.approx(0.5, abs=0.25)
    assert 0.05 < extra["acceptance_rate"] <= 1
    assert problem.log_likelihood(optimum.x) > -0.1
    assert optimum.cost == pytest.approx(problem.cost(optimum.x))


def test_what_is_said_of_chains_is_what_others_say():
    rng = np.random.default_rng(4)
    chains = rng.standard_normal((3, 400, 2)).cumsum(axis=1) * 0.05 + rng.standard_normal(
        (3, 400, 2)
    )
    told = diagnostics.describe(chains, ["a", "b"], 100)
    assert list(told["r_hat"].values()) == pytest.approx(pints.rhat(chains[:, 100:]).tolist())
    flat = chains[:, 100:, 0].ravel()
    summary = told["posterior_summary"]["a"]
    assert summary["mean"] == pytest.approx(flat.mean())
    assert summary["std"] == pytest.approx(flat.std(ddof=1))
    quantiles = [summary[name] for name in ("q05", "median", "q95")]
    assert quantiles == pytest.approx(np.quantile(flat, [0.05, 0.5, 0.95]).tolist())


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9])
def test_the_effective_size_is_that_of_an_autoregressive_series(memory):
    """Its draws are worth (1 - memory) / (1 + memory) of independent ones."""
    rng, count = np.random.default_rng(7), 20_000
    series = np.zeros((2, count))
    noise = rng.standard_normal((2, count))
    for step in range(1, count):
        series[:, step] = memory * series[:, step - 1] + noise[:, step]
    expected = 2 * count * (1 - memory) / (1 + memory)
    assert diagnostics.effective_size(series) == pytest.approx(expected, rel=0.1)


def test_chains_that_never_moved_are_not_said_to_agree():
    told = diagnostics.describe(np.ones((2, 50, 1)), ["a"], 5)
    assert told["r_hat"] == {}
    assert told["ess"] == {}


def test_chains_of_several_starts_become_one_posterior():
    found = [sampled(problem=Bell((a, 0.71)), seed=a) for a in (1, 2)]
    whole = merged(found, ["a", "b"])
    assert np.array(whole.extra["chains"]).shape == (2, 2000, 2)
    assert np.array(whole.extra["log_pdfs"]).shape == (2, 2000)
    assert whole.cost == min(one.cost for one in found)
    assert whole.evaluations == sum(one.evaluations for one in found)
    assert whole.extra["ess"]["a"] > max(one.extra["ess"]["a"] for one in found)


def test_a_seed_repeats_a_chain():
    first, again, other = sampled(seed=5), sampled(seed=5), sampled(seed=6)
    assert first.written() == again.written()
    assert first.written() != other.written()


def test_burn_in_is_a_tenth_unless_it_is_said():
    assert sampled(max_iterations=200).extra["burnin"] == 20
    assert sampled(max_iterations=200, burnin_iterations=0).extra["burnin"] == 0


def test_a_chain_that_cannot_begin_says_so():
    problem = Bell()
    problem.log_prior = lambda _: -np.inf
    with pytest.raises(PipelineError, match="nought at the start"):
        sampled(problem=problem)


def test_a_chain_that_runs_out_of_time_is_as_long_as_it_got():
    problem = Bell()
    problem.stop = lambda: len(problem.evaluated) > 150
    optimum = sampled(problem=problem)
    assert not optimum.success
    assert 50 < len(optimum.extra["chains"][0]) < 151
