-- The documents with the given numbers.
SELECT doc, article_id, original_id, site FROM copy_documents WHERE doc IN (SELECT unnest(CAST($docs AS UINTEGER[])))
