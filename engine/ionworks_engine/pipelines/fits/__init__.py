"""Fits of parameters to data: search space, costs, priors, the problem, and whole fits."""
