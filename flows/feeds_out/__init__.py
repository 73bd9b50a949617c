"""Feeds out: developments as Atom and JSON Feed, dates ahead as a calendar, the sources as OPML; files, no server."""

from flows.feeds_out.write import FeedFiles, write_feeds

__all__ = ["FeedFiles", "write_feeds"]
