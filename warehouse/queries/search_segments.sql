SELECT first_doc, last_doc, analyzer FROM search_segments ORDER BY first_doc
