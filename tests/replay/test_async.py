"""The other colour sends what the synchronous client sent: it replays the same cassettes."""

import asyncio

import pytest

from ionworks.errors import NotFoundError
from tests.replay.conftest import CASSETTES
from tests.replay.test_simulation import DISCHARGE

pytestmark = [
    pytest.mark.vcr,
    pytest.mark.skipif(
        "config.getoption('--record-mode') not in (None, 'none')",
        reason="the synchronous tests record these cassettes",
    ),
]


@pytest.fixture(scope="module")
def vcr_cassette_dir():
    return str(CASSETTES)


@pytest.mark.default_cassette("account/test_whoami")
def test_whoami(async_client):
    async def run():
        async with async_client as client:
            return await client.whoami()

    assert asyncio.run(run()).authorized_organization["id"]


@pytest.mark.default_cassette("project/test_create_read_update_delete")
def test_the_life_of_a_project(async_client, now):
    async def run():
        async with async_client as client:
            made = await client.project.create(
                {"name": f"Pouch cells {now}", "description": "Formation"}
            )
            assert (await client.project.get(made.id)).name == made.name
            await client.project.update(made.id, {"description": "Ageing"})
            found = [p.id async for p in await client.project.list(name_exact=made.name)]
            assert found == [made.id]
            await client.project.delete(made.id)
            with pytest.raises(NotFoundError):
                await client.project.get(made.id)

    asyncio.run(run())


@pytest.mark.default_cassette("simulation/test_one_run_from_submission_to_frames")
def test_one_run_from_submission_to_frames(async_client):
    async def run():
        async with async_client as client:
            project = (await client.project.list())[0].id
            models = await client.parameterized_model.list_by_project(project, summary=True)
            model = next(m.id for m in models if m.name == "Chen2020 SPM")
            response = await client.simulation.protocol(
                {
                    "parameterized_model": model,
                    "protocol_experiment": {"protocol": DISCHARGE, "name": "Discharge"},
                    "project_id": project,
                }
            )
            await client.simulation.wait_for_completion(response, timeout=120, verbose=False)
            return await client.simulation.get_result(response.simulation_id)

    result = asyncio.run(run())
    assert result.time_series["Voltage [V]"][-1] == pytest.approx(2.5, abs=1e-3)
