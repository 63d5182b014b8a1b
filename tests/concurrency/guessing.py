"""One of several processes that try passwords: `python -m tests.concurrency.guessing EMAIL TIMES` prints the answers.

It waits for a line on standard input, so that all begin at once.
"""

import json
import sys

from tests.api import Api


def main(email: str, times: int) -> None:
    api = Api()
    api.get("/api/auth/health")
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    form = {"email": email, "password": "not the password"}
    codes = [Api(ip=f"198.51.100.{number}").post("/api/auth/login", form).code for number in range(times)]
    sys.stdout.write(json.dumps(codes) + "\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
