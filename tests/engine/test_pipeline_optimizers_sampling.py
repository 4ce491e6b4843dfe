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
    problem.stop = lambda: len(problem.evaluated) > 250
    optimum = sampled(problem=problem)
    assert not optimum.success
    assert 50 < len(optimum.extra["chains"][0]) < 251


def test_a_chain_without_the_time_to_begin_says_so():
    problem = Bell((2.5, 0.1))
    problem.stop = lambda: len(problem.evaluated) > 20
    with pytest.raises(PipelineError, match="no time for a chain to begin"):
        sampled(problem=problem)


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("method", ["DramACMC", "HaarioBardenetACMC"])
def test_a_chain_that_begins_far_off_finds_the_posterior(method, seed):
    """70 standard deviations off: what is learnt there says nothing of the width at the mode."""
    problem = Bell((2.5, 0.1))
    extra = sampled(method, problem, seed=seed).extra
    kept = np.array(extra["chains"])[0, extra["burnin"] :]
    seen = np.array([kept[:, 0], np.log(kept[:, 1])])
    deviations = np.sqrt(np.diag(problem.covariance))
    assert np.abs(seen.mean(axis=1) - problem.mean).max() < 0.6 * deviations.max()
    assert seen.std(axis=1) == pytest.approx(deviations, rel=0.35)
    assert 0.1 < extra["acceptance_rate"] < 0.8


def test_chains_of_one_mode_begin_apart():
    firsts = np.array([sampled(seed=s, max_iterations=150).extra["chains"][0][0] for s in range(9)])
    assert 0.5 < firsts[:, 0].std() / 0.02 < 4


class Sticky(Bell):
    """A posterior that ends, but for where the chain is, once it was looked at so often."""

    def log_likelihood(self, x):
        return -np.inf if len(self.evaluated) > 200 else super().log_likelihood(x)


def test_a_chain_that_does_not_move_is_doubted():
    extra = sampled(
        "MetropolisRandomWalkMCMC", Sticky(), max_iterations=400, burnin_iterations=150
    ).extra
    assert extra["r_hat"] == extra["ess"] == {}
    assert "'a', 'b' hold still" in next(diagnostics.doubts(extra))
    refused = list(diagnostics.doubts({**extra, "acceptance_rate": 0.001}))
    assert "too large" in refused[-1]


def test_a_chain_that_crawls_is_doubted_however_well_its_halves_agree(monkeypatch):
    monkeypatch.setattr("ionworks_engine.pipelines.optimizers.sampling._WALK", 1e-5)
    extra = sampled("MetropolisRandomWalkMCMC").extra
    assert extra["narrow"] == ["a", "b"]
    assert extra["r_hat"] == {}
    still, small = diagnostics.doubts(extra)
    assert "hold still" in still
    assert "too small" in small


def test_a_spread_of_round_off_is_none():
    draws = 0.03 + 1e-17 * np.random.default_rng(0).standard_normal((1, 900, 1))
    draws[0, ::7] = np.nextafter(0.03, 1)
    assert diagnostics.describe(draws, ["a"], 0)["r_hat"] == {}


def test_chains_that_do_not_agree_are_doubted_and_good_ones_are_not():
    rng = np.random.default_rng(0)
    good = rng.standard_normal((2, 500, 1))
    beside = {"method": "SliceStepoutMCMC", "acceptance_rate": 1.0}
    assert list(diagnostics.doubts({**diagnostics.describe(good, ["a"], 50), **beside})) == []
    apart = good + np.array([0.0, 1.0])[:, None, None]
    doubt, *_ = diagnostics.doubts({**diagnostics.describe(apart, ["a"], 50), **beside})
    assert "do not agree on 'a'" in doubt
    slow = good.cumsum(axis=1)
    assert "independent ones" in " ".join(
        diagnostics.doubts({**diagnostics.describe(slow, ["a"], 50), **beside})
    )
    short = {**diagnostics.describe(good[:, :6], ["a"], 0), **beside}
    assert "too few to tell" in next(iter(diagnostics.doubts(short)))
