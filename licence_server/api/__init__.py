"""JSON over HTTP: authenticate, load, call one service, dump."""
