-- Which known documents, from a number on, carry the given marks; the caller sorts them.
WITH tonight AS (SELECT DISTINCT unnest(CAST($hashes AS UINTEGER[])) AS hash)
SELECT hash, doc
FROM copy_marks SEMI JOIN tonight USING (hash)
WHERE doc >= $first
