"""Measurements: ratios against a bare baseline in the same run. `make bench` prints them; tests never time."""
