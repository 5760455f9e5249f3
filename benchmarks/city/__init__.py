"""A whole city through a trial of six months, in hours: see `benchmarks/square_mile.py`."""
