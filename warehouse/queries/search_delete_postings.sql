DELETE FROM search_postings WHERE doc BETWEEN $first AND $last
