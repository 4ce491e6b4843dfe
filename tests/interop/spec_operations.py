"""The operations of the spec, as the paths that they stand at."""

import json
import re
from pathlib import Path

BUNDLE = Path(__file__).parents[2] / "openapi/dist/ionworks.json"
METHODS = {"get", "post", "put", "patch", "delete"}


def _operations():
    described = json.loads(BUNDLE.read_text(encoding="utf-8"))["paths"]
    # Paths without parameters first: /simulations/statuses is not a simulation.
    for path in sorted(described, key=lambda path: path.count("{")):
        pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path))
        for method in METHODS & described[path].keys():
            yield described[path][method]["operationId"], method.upper(), pattern


OPERATIONS = list(_operations())


def operation_of(method, path):
    """Return the id of the operation that a request reaches, or ``None``."""
    for name, own_method, pattern in OPERATIONS:
        if own_method == method and pattern.fullmatch(path):
            return name
    return None
