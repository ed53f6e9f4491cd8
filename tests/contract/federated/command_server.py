"""A program that runs `aip` in forks of itself, so that all commands of a test load torch once.

Each line that it reads is JSON. For a command, `run` has its arguments and `pipe` the name of a pipe that it speaks to;
the answer is the number of its process. For a process, `ended` has its number, and the answer is how it ended.
"""

import json
import os
import signal
import sys
from importlib import import_module

from aipchain.cli.app import main

LOADED = ("aipchain.cli.ai", "aipchain.ai.models.federation")


def run(arguments: list[str], pipe: str) -> int:
    """Begin a command; gives its process."""
    process = os.fork()
    if process:
        return process
    spoken = os.open(pipe, os.O_WRONLY)
    for number in (1, 2):
        os.dup2(spoken, number)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = ["aip", *arguments]
    code = 1
    try:
        main()
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        sys.stdout.flush()
        os._exit(code)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for module in LOADED:
        import_module(module)
    for line in sys.stdin:
        asked = json.loads(line)
        if "run" in asked:
            told = run(asked["run"], asked["pipe"])
        else:
            told = os.waitstatus_to_exitcode(os.waitpid(asked["ended"], 0)[1])
        print(told, flush=True)
