"""Full-text search: an index in plain tables, asked by one query that is also the macro search() of the snapshot."""

from warehouse.search.articles import Found, Sort, find_faults, search_articles
from warehouse.search.indexing import Indexed, clear_index, index_articles
from warehouse.search.macros import create_macros
from warehouse.search.similar import Similar, find_article_ids, find_similar

__all__ = [
    "Found",
    "Indexed",
    "Similar",
    "Sort",
    "clear_index",
    "create_macros",
    "find_article_ids",
    "find_faults",
    "find_similar",
    "index_articles",
    "search_articles",
]
