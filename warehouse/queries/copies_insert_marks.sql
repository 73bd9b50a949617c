-- Adds the marks of documents to the index.
INSERT INTO copy_marks (hash, doc) SELECT unnest($hashes::UINTEGER[]), unnest($docs::UINTEGER[])
