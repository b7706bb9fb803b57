"""``python -m app``: the server, as uvicorn starts it, but a signal to stop ends it with status 0.

The options are uvicorn's own: ``python -m app --host 0.0.0.0 --port 8000``.
"""

import signal
import sys

from uvicorn.main import main


def start() -> None:
    """Serve until told to stop.

    uvicorn raises the signal again when it is done, for the handler that was there before: ours.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    main(["app.main:app", *sys.argv[1:]], prog_name="python -m app")


if __name__ == "__main__":
    start()
