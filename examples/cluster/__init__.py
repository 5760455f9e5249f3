"""Several servers on one machine, to try what docs/scaling.md describes: `python -m examples.cluster`."""
