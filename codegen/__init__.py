"""From the OpenAPI description to everything made from it.

A change of the API is a change of ``openapi/``. This package carries it through::

    python -m codegen generate   # bundle, lint, client and sync, in this order
    python -m codegen check      # is everything committed what a fresh run makes?
    python -m codegen diff       # what breaks for users of the last release?

==========  =======================================================================================
command     what it does
==========  =======================================================================================
bundle      ``openapi/ionworks.yaml`` and its ``resources/`` into one ``openapi/dist/ionworks.json``
lint        the OpenAPI standard, and the rules of this project (``codegen.lint``)
client      the bundle into ``generated/ionworks_openapi`` with openapi-python-client
sync        ``ionworks/_async`` into ``ionworks/_sync`` by replacing tokens
check       all of it again in a temporary folder, compared file by file with what stands here; and
            what ``diff`` finds, unless the description has a new major version
diff        breaking changes of the bundle against ``openapi/dist/released.json``
==========  =======================================================================================

Nothing generated is edited by hand: the next run removes the edit, and ``check`` reports it.
A release copies ``openapi/dist/ionworks.json`` to ``openapi/dist/released.json``.
"""
