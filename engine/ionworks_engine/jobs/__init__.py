"""Work that outlives a request: a durable queue, and the workers that empty it.

system       claims jobs and has them run
leases       what this server holds of the queue, beside other servers
settling     stores what jobs gave
kinds        what kinds of jobs give to the system, and what it gives back
executor     the interface of what runs tasks; inline for tests
processes    the executor of supervised worker programs
worker       the program itself, with ``frames`` on its pipes and ``tasks`` to do
simulations  what a job of a simulation asks, and what its end writes
measurements  what a job that processes an upload asks, and what its end writes
"""
