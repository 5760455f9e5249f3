"""The sample kit, and the demonstration that `make run` plays."""
