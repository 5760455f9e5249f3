"""The operator's commands: parse, call one service, print.

Messages go to stderr, what was asked for to stdout. Exit status 0: done, 1: refused with a reason, 2: wrong
usage.
"""

from licence_server.cli.commands import main

__all__ = ["main"]
