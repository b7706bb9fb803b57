"""What a browser is served: pages in two languages, and the static files they load."""
