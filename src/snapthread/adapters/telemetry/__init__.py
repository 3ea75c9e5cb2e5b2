"""Logs without secrets; metrics and traces of the same events.

counters.py   counters, and the events that move them (decision 0009)
gauges.py     gauges of what is in the store, read when the metrics are
histograms.py  histograms, and the events that move them
labels.py     the closed set of values that each label of a metric has
lines.py      the line of an event: time, level and event first, then its fields as they were told
logs.py       logs: one event and its fields a line on standard error, without secrets
metrics.py    metrics, derived from log events
recent.py     the last problems of this process, kept in memory for the admin page
redact.py     no secret leaves by a log
rows.py       rows of the tables of metrics; the gauges
telemetry.py  telemetry of one process: opened before anything else, closed after it
tracing.py    traces by OpenTelemetry, from the same events as logs and metrics
"""
