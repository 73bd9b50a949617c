-- The number after the last document that has marks, and how many marks there are from a document on.
SELECT coalesce(max(doc) + 1, $first)::BIGINT, count(*) FROM copy_marks WHERE doc >= $first
