"""One Lambda environment: `python -m tests.crash.lambda_process functions.payments.app` gives the event on
standard input to that module's handler and prints its answer. It is run to be killed.
"""

import json
import sys
from importlib import import_module


def main() -> None:
    handler = import_module(sys.argv[1]).handler
    sys.stdout.write(json.dumps(handler(json.load(sys.stdin), None)) + "\n")


if __name__ == "__main__":
    main()
