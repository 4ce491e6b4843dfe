"""The client that stands in for the public one is that of the checkout."""

import subprocess

from conftest import OWN, interpreter


def test_ours_is_that_of_the_checkout(tmp_path):
    """Another checkout than the one that is installed, as for a rehearsed change."""
    for package in ("ionworks", "generated/ionworks_openapi", "engine/ionworks_engine"):
        (tmp_path / package).mkdir(parents=True)
        (tmp_path / package / "__init__.py").touch()
    python, environment = interpreter(OWN, tmp_path)
    script = "import ionworks, ionworks_openapi, ionworks_engine as engine; "
    script += "print(ionworks.__file__, ionworks_openapi.__file__, engine.__file__, sep='\\n')"
    done = subprocess.run(
        [*python, "-c", script], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert all(place.startswith(f"{tmp_path}/") for place in done.stdout.split())
