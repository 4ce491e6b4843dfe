"""What a filter is compared with, and filters that were meant to be some."""

import re

import pytest
from ionworks_engine.storage import tables
from ionworks_engine.storage.filters import OPERATORS, FilterError, narrow
from sqlalchemy import create_engine, delete, insert, select
from sqlalchemy.pool import StaticPool

MEASUREMENT = dict.fromkeys(
    ("cell_instance_id", "cell_specification_id", "project_id", "measurement_type"), "x"
)
MEASUREMENT |= dict.fromkeys(("processing_status", "created_at", "updated_at"), "x")


@pytest.fixture(scope="module")
def connection():
    engine = create_engine("sqlite://", poolclass=StaticPool)
    tables.metadata.create_all(engine)
    with engine.connect() as connection:
        for rows in (9, 10, 100, None):
            row = {"id": str(rows), "name": str(rows), "rows": rows, "duration": rows and rows / 4}
            row["start_time"] = rows and f"2026-05-{rows % 28 + 1:02}T00:00:00.000000+00:00"
            connection.execute(insert(tables.cell_measurements).values(**MEASUREMENT, **row))
        yield connection
    engine.dispose()


def names(connection, **given):
    table = tables.cell_measurements
    columns = {name: table.c[name] for name in ("name", "rows", "duration", "start_time")}
    query = narrow(select(table.c.name).order_by(table.c.seq), given, columns)
    return list(connection.scalars(query))


def test_numbers_are_compared_as_numbers(connection):
    assert names(connection, rows="gt.9") == ["10", "100"]
    assert names(connection, rows="10.0") == ["10"]
    assert names(connection, rows="1e2") == ["100"]
    assert names(connection, rows="in.(9, 100)") == ["9", "100"]
    assert names(connection, rows="not.in.(9,100)") == ["10"]
    assert names(connection, rows_gt="10", duration_lt="2.5") == ["10"]
    assert names(connection, rows="is.null") == ["None"]
    assert names(connection, duration="not.is.null") == ["9", "10", "100"]


def test_moments_may_be_named_by_time(connection):
    assert names(connection, start_time_gt="2026-05-11") == ["10", "100"]
    assert names(connection, start_time_lt="2026-05-11T01:00:00+01:00") == ["9", "10"]
    assert names(connection, start_time="eq.2026-05-10T00:00:00Z") == ["9"]
    assert names(connection, start_time="not.lt.2026-05-11") == ["10", "100"]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"rows": "gt.many"}, "no finite number"),
        ({"rows": "nan"}, "no finite number"),
        ({"rows": "gt.inf"}, "no finite number"),
        ({"rows": "like.1%"}, "compare a number by"),
        ({"rows": "in.(1,x)"}, "'x' is no finite number"),
        ({"start_time": "ilike.2026%"}, "compare a moment by"),
        ({"start_time_gt": "eq.2026"}, "ISO 8601"),
        ({"name": "ilke.%x%"}, "did you mean 'ilike'"),
        ({"name": "not.ilk.%x%"}, "did you mean 'ilike'"),
        ({"name": "equ.x"}, "did you mean 'eq'"),
        ({"name": "not.x.y"}, "'x' is no operator"),
        ({"name": "not.x"}, "'not' is no operator"),
        ({"name": "match.^x"}, "there are eq, neq"),
        ({"name": "contains.x"}, "'contains' is no operator; there are eq, neq"),
        ({"name": "equals.x"}, "'equals' is no operator"),
        ({"name": "startswith.x"}, "'startswith' is no operator"),
        ({"name": "GT.9"}, "'GT' is no operator; did you mean 'gt'? There are eq, neq"),
        ({"name": "EQ.cell.1"}, "did you mean 'eq'"),
        ({"name": "Not.eq.x"}, "'Not' is no operator; there are"),
        ({"name": "not.EQ.x"}, "did you mean 'eq'"),
        ({"name": "iLike.%x%"}, "did you mean 'ilike'"),
        ({"name": "isnull"}, "did you mean is.null or not.is.null"),
        ({"name": "NotNull"}, "did you mean is.null or not.is.null"),
        ({"name": "is_null.true"}, "'is_null' is no operator"),
        ({"name": "between.1.2"}, "'between' is no operator"),
        ({"name": "like.*a*"}, "did you mean '%a%'"),
        ({"name": "not.ilike.*"}, "a star stands for itself"),
        ({"name": r"like.*\%"}, "a star stands for itself"),
        ({"name": "cs.{x}"}, "write eq.cs."),
    ],
)
def test_what_means_no_filter_is_refused_by_name(connection, given, why):
    with pytest.raises(FilterError, match=re.escape(why)) as caught:
        names(connection, **given)
    assert [caught.value.parameter] == list(given)


@pytest.mark.parametrize(
    "text", ["NMC.622", "cell.1", "a.b", "1.5", "x", "", "e.q", "null", "*a*", "A_1.x"]
)
def test_a_text_that_is_like_no_operator_is_a_text(connection, text):
    assert names(connection, name=text) == []


@pytest.mark.parametrize("word", OPERATORS)
def test_any_text_can_be_asked_for_by_equality(connection, word):
    assert names(connection, name=f"eq.{word}.x") == []
    assert names(connection, name=f"neq.not.{word}") == ["9", "10", "100", "None"]


@pytest.mark.parametrize("pattern", [r"\*", "%*%", "_*", r"a\*b"])
def test_a_star_may_stand_for_itself(connection, pattern):
    row = {"id": pattern, "name": pattern.replace("\\", "").replace("%", "").replace("_", "a")}
    connection.execute(insert(tables.cell_measurements).values(**MEASUREMENT, **row))
    assert row["name"] in names(connection, name=f"like.{pattern}")
    connection.execute(
        delete(tables.cell_measurements).where(tables.cell_measurements.c.id == pattern)
    )
