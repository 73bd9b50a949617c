DELETE FROM search_docs WHERE doc IN (SELECT unnest($docs::UINTEGER[]))
