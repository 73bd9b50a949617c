DELETE FROM search_segments
WHERE first_doc BETWEEN $first AND $last AND NOT (first_doc = $first AND last_doc = $last)
