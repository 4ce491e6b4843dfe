"""Every entry and calculation is documented, and can be named without PyBaMM."""

import subprocess
import sys
from pathlib import Path

import pytest
from ionworks_engine.pipelines.calculations.catalogue import FIELDS
from ionworks_engine.pipelines.entries.catalogue import ENTRIES

PAGE = Path(__file__).parents[2] / "docs" / "calculations.md"
OF_MULTIPLE_SPECIES = "InitialVoltageFromConcentration"
OWN = [name for name in FIELDS if "MSMR" not in name and name != OF_MULTIPLE_SPECIES]


@pytest.mark.parametrize("name", [*ENTRIES, *OWN])
def test_everything_is_documented(name):
    assert f"`{name}`" in PAGE.read_text()


def test_the_catalogues_know_no_pybamm():
    modules = ("calculations.catalogue", "entries.catalogue")
    imports = "; ".join(f"import ionworks_engine.pipelines.{name}" for name in modules)
    script = f"{imports}; import sys; sys.exit('pybamm' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)
