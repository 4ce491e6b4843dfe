"""Work that outlives a request: a durable queue, and the workers that empty it.

system       claims jobs, keeps their leases, stores what they gave
executor     the interface of what runs tasks; inline for tests
processes    the executor of supervised worker programs
worker       the program itself, with ``frames`` on its pipes and ``tasks`` to do
simulations  what a job of a simulation asks, and what its end writes
measurements  what a job that processes an upload asks, and what its end writes
"""
