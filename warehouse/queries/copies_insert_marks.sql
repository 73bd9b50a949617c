-- Adds the marks of documents to the index.
INSERT INTO copy_marks (hash, doc) SELECT unnest(CAST($hashes AS UINTEGER[])), unnest(CAST($docs AS UINTEGER[]))
