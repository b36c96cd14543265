"""The subcommands of `./portal`, which lists them. It has made the environment; this chooses what to run."""

import argparse
import os
import sys

from govportal.launcher import services
from govportal.launcher.console import Refusal, say
from govportal.launcher.home import ROOT, make_home

# What a portal writes is for its own user alone: the database holds sessions. The suite has a server of another user.
_PRIVATE = {"run", "manage", "prepare", *services.SERVICES}


def main(words: list[str]) -> int:
    name, rest = words[0], words[1:]
    if name in _PRIVATE:
        os.umask(0o077)
    try:
        if name == "run":
            from govportal.launcher.run import run

            return run(_listen_arguments(name, rest, with_demo=True))
        if name in services.SERVICES:
            return _serve(name, _listen_arguments(name, rest, with_demo=False))
        if name == "health":
            from govportal.launcher.health import health

            return health(rest)
        if name in {"manage", "prepare"}:
            command = rest if name == "manage" else [name, *rest]
            return _become([sys.executable, str(ROOT / "manage.py"), *command])
        if name == "check":
            from govportal.launcher.suite import check

            return check()
        if name == "test":
            from govportal.launcher.suite import test

            return test(rest)
        if name == "bench":
            os.chdir(ROOT)
            return _become([sys.executable, "-m", "benchmarks", *rest])
        raise Refusal(f"unknown command {name!r}")
    except Refusal as refusal:
        say(str(refusal))
        return 1


def _listen_arguments(name: str, words: list[str], *, with_demo: bool) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=f"./portal {name}")
    parser.add_argument("--port", type=_port, default=8000, help="1 to 65535, 8000 by default")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on, 127.0.0.1 by default")
    if with_demo:
        parser.add_argument("--no-demo", action="store_true", help="start empty, without the demo county")
    return parser.parse_args(words)


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"a port is a number from 1 to 65535, not {text!r}")
    return int(text)


def _serve(name: str, arguments: argparse.Namespace) -> int:
    home = make_home(os.environ)
    os.chdir(ROOT)
    return _become(services.command(name, home=home, host=arguments.host, port=arguments.port))


def _become(command: list[str]) -> int:
    """Replace this process, so that signals and the exit status are the command's own."""
    os.environ["PORTAL_HOME"] = str(make_home(os.environ))
    sys.stdout.flush()
    os.execv(command[0], command)  # noqa: S606  (our own command, no shell)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
