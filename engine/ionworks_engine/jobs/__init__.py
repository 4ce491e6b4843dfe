"""Work that outlives a request: a durable queue, and the workers that empty it.

system       claims jobs and has them run
leases       what this server holds of the queue, beside other servers
settling     stores what jobs gave
kinds        what kinds of jobs give to the system, and what it gives back
executor     the interface of what runs tasks; inline for tests
executors    executors by the name that the command line gives them
crew         who does what among ``supervised`` worker programs, started by ``programs``
processes    a crew on this machine
dask_executor  a crew on a Dask cluster: each Dask worker is a ``dask_place`` from here and a
             ``dask_site`` over there; ``freight`` brings the files that are ``carried``
worker       the program itself, with ``frames`` on its pipes and ``tasks`` to do
simulations  what a job of a simulation asks, and what its end writes
measurements  what a job that processes an upload asks, and what its end writes
"""
