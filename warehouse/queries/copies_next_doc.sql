-- The number for the next document.
SELECT coalesce(max(doc) + 1, 0)::BIGINT FROM copy_documents
