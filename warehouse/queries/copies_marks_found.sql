-- Which known documents carry the given marks; of a mark that very many carry, only the latest.
WITH tonight AS (SELECT DISTINCT unnest(CAST($hashes AS UINTEGER[])) AS hash)
SELECT hash, doc
FROM copy_marks SEMI JOIN tonight USING (hash)
QUALIFY row_number() OVER (PARTITION BY hash ORDER BY doc DESC) <= $most
ORDER BY hash, doc
