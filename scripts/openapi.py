"""Write the OpenAPI document without a running server: the page's types are made from it.

Usage: python scripts/openapi.py [FILE]    (to standard output without FILE)
"""

import sys
from pathlib import Path

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # run as a script, from anywhere

from app.main import app


def main() -> None:
    document = orjson.dumps(app.openapi(), option=orjson.OPT_INDENT_2) + b"\n"
    if len(sys.argv) < 2:
        sys.stdout.buffer.write(document)
        return
    path = Path(sys.argv[1])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(document)


if __name__ == "__main__":
    main()
