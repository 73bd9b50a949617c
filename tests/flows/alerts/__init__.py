"""Alert mail: selection, composition, delivery to a real server."""
