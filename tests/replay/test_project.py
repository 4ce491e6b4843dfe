"""`client.project`: the whole life of a project."""

import pytest

from ionworks.errors import ConflictError, NotFoundError

pytestmark = pytest.mark.vcr


def test_create_read_update_delete(client, now):
    made = client.project.create({"name": f"Pouch cells {now}", "description": "Formation"})
    assert client.project.get(made.id).name == f"Pouch cells {now}"
    assert client.project.update(made.id, {"description": "Ageing"}).description == "Ageing"
    assert made.id in [project.id for project in client.project.list(name_exact=made.name)]
    client.project.delete(made.id)
    with pytest.raises(NotFoundError) as refused:
        client.project.get(made.id)
    assert refused.value.status_code == 404


def test_a_name_is_taken_once(client, now):
    made = client.project.create({"name": f"Coin cells {now}"})
    with pytest.raises(ConflictError) as refused:
        client.project.create({"name": made.name})
    assert refused.value.existing_id == made.id
    client.project.delete(made.id)


def test_pages(client, now):
    made = [client.project.create({"name": f"Page {n} {now}"}) for n in range(3)]
    page = client.project.list(name=now, order_by="name", order="asc", limit=2)
    assert [project.name for project in page] == [f"Page 0 {now}", f"Page 1 {now}"]
    assert (len(page), page.total) == (2, 3)
    assert len(client.project.list(name=now)) == 3
    for project in made:
        client.project.delete(project.id)
