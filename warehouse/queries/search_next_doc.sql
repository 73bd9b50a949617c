SELECT coalesce(max(last_doc) + 1, 0) FROM search_segments
