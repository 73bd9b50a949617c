"""What keeps a house running: metrics, the dead man's switch, backups, logs for machines."""
