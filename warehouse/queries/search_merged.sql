SELECT p.*
FROM search_postings AS p
SEMI JOIN search_docs AS d ON d.doc = p.doc
WHERE p.doc BETWEEN $first AND $last
ORDER BY p.term, p.doc
