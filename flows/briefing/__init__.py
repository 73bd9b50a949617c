"""The briefing: a static site of what is known, written from the published snapshot, only where it has changed."""
