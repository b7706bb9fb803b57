"""Real series that ship with the engine."""

import csv
from importlib.resources import files


def load_yearly(file: str) -> tuple[int, tuple[float, ...]]:
    """Return the first year and the values of one of this folder's files: `#` notes, year,value."""
    text = files(__name__).joinpath(file).read_text(encoding="utf-8")
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    rows = list(csv.DictReader(lines))
    return int(rows[0]["year"]), tuple(float(row["value"]) for row in rows)


SERIES: dict[str, tuple[int, tuple[float, ...]]] = {
    # Yearly mean sunspot numbers 1700–2008, version 1.0: WDC-SILSO (formerly SIDC),
    # Royal Observatory of Belgium, Brussels; public figures.
    "sunspots": load_yearly("sunspots.csv"),
}
