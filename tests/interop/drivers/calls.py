"""The same calls with whichever client is installed: every method that it and the engine have.

Each is announced to the recording server first, so that what two clients send can be compared
call by call. A call that a client has no method for is left out.
"""

import sys
from pathlib import Path

from ionworks import Ionworks

sys.path.insert(0, str(Path(__file__).parent))
from parts_of_calls import (
    account,
    cells,
    data,
    models,
    package,
    pipelines,
    plain,
    protocols,
    simulations,
)
from watching import Calls, report, watched

url, project, model = sys.argv[1:4]
seen = {"backend": package.run()}
client = Ionworks("any-key", url, project_id=project)
call = Calls(watched(client), url)
call.know("project", project)
call.know("library model", model)
seen["account"] = account.run(call, project)
seen["voltage"] = models.run(call, project, model)
protocols.run(call, project)
plain.run(call, project)
spec, cell = cells.run(call)
measurement = data.run(call, project, cell)
plain.redirected(call, measurement)
package.navigate(client, cells.SPEC["name"], cell, measurement)
series = simulations.run(call, model, measurement)
seen["fitted"] = pipelines.run(call, project, cell, series)
cells.remove(call, spec, cell)
report({**seen, "names": call.names})
