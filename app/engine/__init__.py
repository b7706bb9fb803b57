"""The engine: NumPy only; knows nothing of HTTP, JSON or the page."""
