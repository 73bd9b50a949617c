SELECT coalesce(max(term) + 1, 0) FROM search_words
