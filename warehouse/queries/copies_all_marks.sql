-- The whole candidate index, ordered for binary search.
SELECT hash, doc FROM copy_marks ORDER BY hash, doc
