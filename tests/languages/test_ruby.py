"""A Ruby client made from the bundle by openapi-generator: it builds, and fetches a simulation.

Ruby and Typhoeus come from the system (``apt install ruby ruby-typhoeus``), the generator from the
environment ``.venv-interop/generator``; it needs Java.
"""

import shutil
import subprocess

import pytest
from first_run import BUNDLE, HERE, KEY, ROOT, assert_equals_ours, last_line, run

GENERATOR = ROOT / ".venv-interop/generator/bin/openapi-generator-cli"
RUBY, JAVA = shutil.which("ruby"), shutil.which("java")
GEM = "gemName=ionworks_client,moduleName=IonworksClient,gemVersion=1.0.0"


def lacking():
    """Return what is missing on this machine, empty if nothing is."""
    if not RUBY:
        return "there is no Ruby here"
    if not JAVA:
        return "there is no Java here, which openapi-generator needs"
    if not GENERATOR.exists():
        return "there is no .venv-interop/generator: run `make test`"
    typhoeus = subprocess.run([RUBY, "-e", "require 'typhoeus'"], capture_output=True)
    return "there is no Typhoeus for Ruby here" if typhoeus.returncode else ""


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """A folder with the client, fresh from the bundle."""
    if reason := lacking():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("ruby")
    options = ["--additional-properties", GEM, "-o", folder]
    output = run([GENERATOR, "generate", "-g", "ruby", "-i", BUNDLE, *options], folder)
    assert "ERROR" not in output, output[-4000:]
    return folder


def test_the_client_builds_and_gets_our_numbers(client, engine_url, protocol):
    quickstart = HERE / "ruby/quickstart.rb"
    output = run([RUBY, "-I", client / "lib", quickstart, engine_url, KEY, protocol], client)
    assert_equals_ours(last_line(output), engine_url)


def test_every_file_of_the_client_can_be_loaded(client):
    files = sorted((client / "lib").rglob("*.rb"))
    assert len(files) > 250
    load = "ARGV.each { |file| require File.expand_path(file) }; puts IonworksClient.constants.size"
    output = run([RUBY, "-I", client / "lib", "-e", load, *files], client)
    assert int(output) > 250


def test_every_operation_has_its_method(client):
    listed = (
        "IonworksClient.constants.grep(/Api$/).each { |name| "
        "puts IonworksClient.const_get(name).instance_methods(false) }"
    )
    found = run([RUBY, "-I", client / "lib", "-r", "ionworks_client", "-e", listed], client)
    from codegen.bundle import read_bundle
    from codegen.reach import operations

    wanted = {operation["operationId"] for _, _, operation in operations(read_bundle(BUNDLE))}
    assert wanted <= set(found.split())
