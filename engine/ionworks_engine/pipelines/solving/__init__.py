"""Solving models over and over: compiled once, with what a fit varies as inputs.

    settings     mesh and tolerances, from configurations
    equations    a PyBaMM model -> functions of time, unknowns, current and inputs
    course       a measured current -> straight lines
    parts        the equations -> sets of them that know nothing of each other
    linear       a set that is linear -> its exact solution
    integrated   any other set -> IDAKLU
    reading      what is read -> what never changes in a fit, and what does
    simulator    all sets together -> the wanted variables at the measured times
    response     a model at rest -> its impedance
    start        a state of charge or a voltage -> initial values

Here PyBaMM is touched in places it does not promise to keep, as in the battery core: in
``equations`` and ``integrated``.
"""
