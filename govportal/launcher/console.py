"""Speaking to the person at the terminal: on stderr, for stdout belongs to the command."""

import sys


class Refusal(Exception):
    """A reason not to go on, in one line. The launcher prints it and exits with 1."""


def say(line: str) -> None:
    print(f"portal: {line}", file=sys.stderr, flush=True)
