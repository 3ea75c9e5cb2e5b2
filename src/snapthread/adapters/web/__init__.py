"""The pages for operators and their machines: health, readiness, metrics, admin."""
