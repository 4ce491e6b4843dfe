"""Tasks for tests of help between workers: populations and starts of a problem that only sleeps."""

import os
import signal
import time
from pathlib import Path

import numpy as np
from ionworks_engine.jobs.aid import Aided
from ionworks_engine.pipelines.aid import UNKNOWN
from ionworks_engine.pipelines.fits.population import Outcome, Population, optima

KNOWN = set()


def cost(point):
    """Return what a point costs; every fifth has no answer."""
    if round(point[0]) % 5 == 4:
        return Outcome(float("nan"), f"no answer at {point[0]:g}")
    return Outcome(float(point[0]) ** 2)


def slowly(element, point):
    time.sleep(element["seconds"])
    return cost(point)


def logged(element, words):
    with Path(element["log"]).open("a") as log:
        log.write(f"{os.getpid()} {words}\n")


def populate(request, aid):
    """Evaluate populations of the numbers below ``count``, one after the other."""
    element, count = request["element"], request["count"]

    def evaluate(point):
        logged(element, "own")
        return slowly(element, point)

    population = Population(evaluate, aid, element)
    points = np.arange(count, dtype=float)[:, None]
    outcomes = [population.outcomes(points) for _ in range(request.get("times", 1))][-1]
    while request.get("until_helped") and "help" not in Path(element["log"]).read_text():
        outcomes = population.outcomes(points)
    return {"outcomes": [one.written() for one in outcomes]}, []


def start(request, aid):
    """Run as many starts as asked."""
    element = request["element"]
    starts = [{"number": number} for number in range(request["count"])]
    return {"ends": optima(lambda one: run_one(element, one), starts, aid, element)}, []


def run_one(element, one):
    logged(element, f"start {one['number']}")
    if one["number"] == element.get("wrong"):
        raise ValueError("this start is wrong")
    time.sleep(element["seconds"])
    return {"number": one["number"]}


def helped(request):
    """Return whether this worker knows the problem; it learns it when it is told."""
    if request["key"] in KNOWN:
        return True
    if "element" in request:
        logged(request["element"], "build")
        KNOWN.add(request["key"])
    return request["key"] in KNOWN


def told(request):
    """Return the element of a request, which a helper that knows the problem is not told."""
    if "element" in request:
        told.element = request["element"]
    return told.element


def evaluate(request):
    if not helped(request):
        return dict(UNKNOWN), []
    element = told(request)
    logged(element, "help")
    if element.get("do") == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if element.get("do") == "break":
        raise ZeroDivisionError("a bug in the helper")
    points = request["points"]
    return {"outcomes": [slowly(element, point).written() for point in points]}, []


def run_start(request):
    if not helped(request):
        return dict(UNKNOWN), []
    return {"end": run_one(told(request), request["start"])}, []


def tell(request, aid):
    """Tell of ten iterations, as fast as asked."""
    for iteration in range(10):
        aid.tell({"iteration": iteration, **({"first": True} if not iteration else {})})
        time.sleep(request["seconds"])
    return {"workers": aid.workers, "is_origin": aid.origin == request}, []


def nap(request):
    time.sleep(request["seconds"])
    return {"pid": os.getpid()}, []


TASKS = {
    "populate": Aided(populate),
    "start": Aided(start),
    "tell": Aided(tell),
    "evaluate_population": evaluate,
    "run_start": run_start,
    "nap": nap,
}
BOUNDED = frozenset()
