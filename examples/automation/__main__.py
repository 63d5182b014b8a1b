"""`python -m examples.automation --service-token zs_…`: the sample automation by itself."""

import argparse
import os

from examples.automation.service import serve


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m examples.automation", description="A sample automation.")
    parser.add_argument("--port", type=int, default=8030)
    parser.add_argument("--api", default="http://localhost:8000", help="where Zimmer's API is")
    parser.add_argument(
        "--service-token", default=os.environ.get("ZIMMER_SERVICE_TOKEN", ""), help="or ZIMMER_SERVICE_TOKEN"
    )
    return parser.parse_args()


if __name__ == "__main__":
    chosen = arguments()
    serve(port=chosen.port, api=chosen.api, service_token=chosen.service_token)
