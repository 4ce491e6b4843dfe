"""What of an answer of the API is seen when it is printed, and what never is."""

import importlib
import pkgutil

import pytest
from ionworks_openapi import models
from ionworks_openapi.models import (
    CellSpecification,
    DownloadUrl,
    InitiateUploadResponse,
    MultipartUploadInfo,
    Study,
    UploadInfo,
)

ID = "0868b1c4-f8b1-451d-ba09-cd1517aa3d2e"
BUCKET = {
    "endpoint": "https://s3.example.test",
    "region": "eu",
    "bucket": "uploads",
    "object_path": "hush/object",
    "access_key_id": "hush-key-id",
    "secret_access_key": "hush-key",
    "session_token": "hush-session",
    "expires_at": "2026-01-01T00:00:00Z",
}
PLACE = {
    "filename": "time_series.parquet",
    "signed_url": "https://store.example.test/hush?signature=hush",
    "token": "hush-token",
    "path": "hush-token",
    "multipart": BUCKET,
    "x_signature": "hush",
}


def shown(model):
    return repr(model), model._repr_html_()


@pytest.mark.parametrize(
    ("model", "seen"),
    [
        (UploadInfo.from_dict(PLACE), "time_series.parquet"),
        (MultipartUploadInfo.from_dict(BUCKET), "s3.example.test"),
        (InitiateUploadResponse.from_dict({"measurement_id": ID, "uploads": [PLACE]}), ID),
        (
            DownloadUrl.from_dict({"url": "https://s.test/file?expires=1&sig=hush"}),
            "s.test/file?...",
        ),
        (CellSpecification.from_dict({"id": ID, "name": "n", "source": {"api_key": "hush"}}), ID),
    ],
    ids=lambda each: type(each).__name__,
)
def test_no_secret_is_printed(model, seen):
    for text in (*shown(model), repr([model]), str(model)):
        assert "hush" not in text
        assert seen in text


def test_every_model_prints_by_the_same_means():
    modules = [name for _, name, _ in pkgutil.iter_modules(models.__path__)]
    assert len(modules) > 100
    for name in modules:
        module = importlib.import_module(f"{models.__name__}.{name}")
        for kind in vars(module).values():
            if getattr(kind, "__module__", "") == module.__name__ and hasattr(kind, "to_dict"):
                assert kind.__repr__.__code__.co_names[-1] == "in_a_line", name
                assert kind._repr_html_.__code__.co_names[-1] == "in_a_table", name


def test_a_list_of_models_reads_well():
    fields = {"id": ID, "project_id": ID, "organization_id": ID, "created_at": "2026-01-01"}
    specs = [CellSpecification.from_dict({**fields, "name": name}) for name in ("A", "B")]
    assert repr(specs) == (
        f"[CellSpecification(id='{ID}', name='A', …), CellSpecification(id='{ID}', name='B', …)]"
    )
    study = Study.from_dict({**fields, "name": "long " * 40, "notes": None})
    assert len(repr(study)) <= 100


def test_large_values_are_counted():
    ratings = {f"rating {n}": n for n in range(9)}
    spec = CellSpecification.from_dict({"id": "7", "name": "A", "ratings": ratings})
    assert repr(spec) == "CellSpecification(id='7', name='A', ratings=<9 entries>)"
    assert "<td>&lt;9 entries&gt;</td>" in spec._repr_html_()
