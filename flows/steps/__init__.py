"""The steps of a night, each safe to be killed and run again. `flows/monitor.py` puts them in order."""
