"""The guides, by their pages."""

import time


def refusal(call, *arguments, **keywords):
    """Return what a client or the engine refuses a call with, or ``None``."""
    try:
        call(*arguments, **keywords)
    except Exception as error:
        status = getattr(error, "status_code", None)
        return {"kind": type(error).__name__, "status": status, "message": str(error)}
    return None


def until_ready(client, measurement):
    """Wait for a measurement as old clients do not; return its id."""
    while client.cell_measurement.get(measurement).processing_status != "ready":
        time.sleep(0.1)
    return measurement
