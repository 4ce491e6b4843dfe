"""The requests that public clients let one make by hand; ours has no such methods."""

from parts_of_calls.protocols import UCP


def run(call, project):
    """Make each kind of request once."""
    if not call.has("request"):
        return
    made = call("post", f"/projects/{project}/studies", {"name": "by hand"})
    study = call.know("study by hand", made["id"])
    path = f"/projects/{project}/studies/{study}"
    call("get", path)
    call("patch", path, {"description": "changed"})
    call("request", "GET", path)
    call("request_raw", "GET", path)
    call("delete", path, note="a study")
    file = {"file": ("protocol.yaml", UCP.encode(), "text/plain")}
    call("post_multipart", "/protocols/parse", file)
    call("upload_multipart", "/protocols/parse", files=file)


def redirected(call, measurement):
    """Ask where a download is."""
    if call.has("redirect_url"):
        call("redirect_url", f"/cell_measurements/{measurement}/steps/download")
