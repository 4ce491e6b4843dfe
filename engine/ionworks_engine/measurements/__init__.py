"""Measurements: records and what hangs on them, and what is made of uploaded time series.

On the server
records      found, shown, removed with everything that hangs on them
listing      pages of them, by every filter
metadata     what a request may say of a measurement, checked and brought into one form
tags         their spelling and limits
attachments  raw data beside measurements
intake       uploads confirmed: measurements made, series extended
content      the ways to what is stored

In workers, with no server about
series       an uploaded Parquet file: read, judged, brought into one form, written
integrals    amounts and means over the time of each step
steps        the table of steps
cycles       the table of cycles
ingest       the task: series in, three tables out
"""
