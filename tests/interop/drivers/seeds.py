"""The calls that the platform's guides show, word for word but for the ids; then what each gave."""

import sys
import tempfile
import warnings
from pathlib import Path

import ionworks

sys.path.insert(0, str(Path(__file__).parent))
from parts_of_seeds import cells, pipelines, protocols, simple_pipelines, simulations, studies
from watching import report, watched

warnings.simplefilter("ignore")
url, project, model = sys.argv[1:4]
ionworks.set_cache_directory(Path(tempfile.mkdtemp()))
client = watched(ionworks.Ionworks("any-key", url, project_id=project))
seen = {"cells": cells.run(client)}
seen["protocols"] = protocols.run(client)
seen["simulations"] = simulations.run(client, model)
simulation = seen["simulations"]["id"]
measurement, data = pipelines.measured(client)
seen["studies"] = studies.run(client, project, simulation, measurement)
seen["pipelines"] = pipelines.run(client, measurement)
seen["files"] = pipelines.from_files(client, data)
seen["simple"] = simple_pipelines.run(client, measurement)
report(seen)
