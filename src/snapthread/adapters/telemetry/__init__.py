"""Logs without secrets; metrics and traces of the same events."""
