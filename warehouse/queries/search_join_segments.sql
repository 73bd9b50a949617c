INSERT INTO search_segments
SELECT $first, $last, sum(postings), any_value(analyzer) FROM search_segments WHERE first_doc BETWEEN $first AND $last
