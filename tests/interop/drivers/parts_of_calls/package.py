"""What the package itself exports: the cache, the kind of frames, and the navigator."""

import tempfile

from watching import watched_functions, watched_part

import ionworks


def run():
    """Call every function; leave the cache in a folder of its own, and polars chosen."""
    functions = watched_functions(ionworks)
    functions["set_cache_directory"](tempfile.mkdtemp())
    functions["get_cache_directory"]()
    functions["set_cache_ttl"](60)
    functions["get_cache_ttl"]()
    functions["set_cache_enabled"](True)
    functions["get_cache_enabled"]()
    functions["clear_cache"]()
    functions["set_dataframe_backend"]("polars")
    return functions["get_dataframe_backend"]()


def navigate(client, spec, cell, measurement):
    """Walk from specifications to rows, as new clients can."""
    if not hasattr(ionworks, "Navigator"):
        return
    ionworks.set_dataframe_backend("pandas")  # the public navigator copies frames as pandas does
    navigator = watched_part(ionworks.Navigator(client), "Navigator")
    navigator.specs()
    navigator.spec(spec)
    navigator.instances(spec)
    navigator.measurements(cell)
    navigator.steps(measurement)
    navigator.time_series(measurement)
    navigator.invalidate(measurement_id=measurement)
    navigator.clear()
    ionworks.set_dataframe_backend("polars")
