-- Adds documents to the index.
INSERT INTO copy_documents (doc, article_id, original_id, site, language)
SELECT unnest(CAST($docs AS UINTEGER[])), unnest(CAST(CAST($article_ids AS JSON) AS VARCHAR[])), unnest(CAST(CAST($original_ids AS JSON) AS VARCHAR[])),
       unnest(CAST(CAST($sites AS JSON) AS VARCHAR[])), unnest(CAST(CAST($languages AS JSON) AS VARCHAR[]))
