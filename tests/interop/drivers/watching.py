"""Which public methods a driver calls: noted around the client, which stays as it came."""

import inspect
import json
import os
import sys
import urllib.parse
import urllib.request

_returned = set()
_raised = set()
_public = set()
_aliases = {}


class Watched:
    """Answers as ``itself`` does, and notes which of its public methods returned or raised."""

    def __init__(self, itself, name=""):
        self.itself = itself
        self.name = name

    def __getattr__(self, attribute):
        value, name = getattr(self.itself, attribute), f"{self.name}{attribute}"
        if callable(value):
            return _noting(value, name)
        if not self.name and is_resource(value):
            return Watched(value, f"{name}.")
        return value


def _noting(method, name):
    def noted(*arguments, **keywords):
        try:
            answer = method(*arguments, **keywords)
        except Exception:
            _raised.add(name)
            raise
        _returned.add(name)
        return answer

    return noted


def is_resource(value):
    """Tell whether it is one of the groups of methods that hang on a client."""
    return type(value).__module__.startswith("ionworks.") and not callable(value)


def public_methods(client):
    """Return the names of all public methods of a client and of what hangs on it."""
    for name in dir(client):
        if name.startswith("_") or inspect.isclass(value := getattr(client, name)):
            continue
        if callable(value):
            yield name
        elif is_resource(value) and value is not client:
            yield from (
                f"{name}.{method}"
                for method in dir(value)
                if not method.startswith("_") and callable(getattr(value, method))
            )


def aliases(client):
    """Return the names of what hangs on a client under another name, too."""
    first = {}
    for name in sorted(name for name in dir(client) if not name.startswith("_")):
        value = getattr(client, name)
        if is_resource(value) and first.setdefault(id(value), name) != name:
            yield name, first[id(value)]


def watched(client):
    """Return what stands for the client from here on."""
    _aliases.update(aliases(client))
    _public.update(public_methods(client))
    return Watched(client)


def watched_part(part, name):
    """Return what stands for something else that has public methods, under its name."""
    _public.update(
        f"{name}.{each}"
        for each in dir(part)
        if not each.startswith("_") and callable(getattr(part, each)) and each != "client"
    )
    return Watched(part, f"{name}.")


def watched_functions(package):
    """Return what stands for the functions that the package exports, by their names."""
    found = {
        name: getattr(package, name)
        for name in dir(package)
        if inspect.isfunction(getattr(package, name)) and not name.startswith("_")
    }
    _public.update(f"ionworks.{name}" for name in found)
    return {name: _noting(function, f"ionworks.{name}") for name, function in found.items()}


class Calls:
    """Makes calls by the names of their methods, each announced to the recording server."""

    def __init__(self, client, url):
        self._client = client
        self._url = url
        self.names = {}

    def __call__(self, name, /, *arguments, note="", **keywords):
        """Call ``name``, a method's or an own function's; ``note`` tells calls of one apart."""
        self._mark(f"{name} {note}".strip())
        try:
            return self._method(name)(*arguments, **keywords)
        finally:
            self._mark("")

    def has(self, name):
        """Tell whether the client has a method."""
        resource, _, method = name.rpartition(".")
        return hasattr(getattr(self._client, resource, None) if resource else self._client, method)

    def know(self, name, identity):
        """Give an id a name under which requests are compared; return the id."""
        self.names[identity] = name
        return identity

    def plainly(self, path):
        """Return what the engine answers to a request that no client makes."""
        with urllib.request.urlopen(f"{self._url}/{path}", timeout=30) as answer:
            return json.load(answer)

    def _method(self, name):
        found = self._client
        for part in name.split("."):
            found = getattr(found, part)
        return found

    def _mark(self, call):
        path = urllib.parse.quote(f"/-/call/{call}")
        request = urllib.request.Request(f"{self._url}{path}", b"", method="POST")
        urllib.request.urlopen(request, timeout=30).close()


def report(seen):
    """Print what was seen and what was called as the last line, and leave."""
    called = {
        "returned": sorted(_returned),
        "raised": sorted(_raised),
        "public": sorted(_public),
        "aliases": _aliases,
    }
    print(json.dumps({"seen": seen, **called}), flush=True)
    sys.stderr.flush()
    # What LAPACK or a solver has to say waits in its buffer, to be written last.
    os._exit(0)
