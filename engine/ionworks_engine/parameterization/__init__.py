"""Pipelines on the server's side: submitted, watched, read, removed.

submission   the request -> what its elements will need, resolved and kept with the pipeline
records      rows and where they stand: told by the job that is under way, never kept twice
results      what elements left: documents, series and plots, cut to a window and thinned out

What an element does is not known here: that is ``ionworks_engine.pipelines``, in a worker.
"""
