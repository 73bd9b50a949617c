-- Adds documents to the index.
INSERT INTO copy_documents (doc, article_id, original_id, site, language)
SELECT unnest($docs::UINTEGER[]), unnest($article_ids::VARCHAR[]), unnest($original_ids::VARCHAR[]),
       unnest($sites::VARCHAR[]), unnest($languages::VARCHAR[])
