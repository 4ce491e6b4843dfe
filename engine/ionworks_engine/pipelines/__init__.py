"""Pipelines: from data to a parameterised model, element after element.

``elements`` and ``checks`` know no PyBaMM: the server uses them when a pipeline is submitted.
What runs an element (:mod:`ionworks_engine.pipelines.runner`) belongs in a worker process. Nothing
here knows HTTP or a database: plain values and paths in, plain values and bytes out.
"""
