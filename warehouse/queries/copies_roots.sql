-- For each of the given articles the original that its latest copy verdict names.
SELECT article_id, original_id
FROM verdicts
WHERE original_id IS NOT NULL AND original_id <> article_id AND article_id IN (SELECT unnest(CAST(CAST($article_ids AS JSON) AS VARCHAR[])))
QUALIFY row_number() OVER (PARTITION BY article_id ORDER BY judged_at DESC, version_id DESC) = 1
