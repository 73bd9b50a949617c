-- batch(version_id VARCHAR, original_id VARCHAR)
UPDATE article_versions
SET text = NULL, text_in = twin.version_id
FROM (
    SELECT batch.version_id AS copy_id, min(held.version_id) AS version_id
    FROM batch
    JOIN article_versions AS mine ON mine.version_id = batch.version_id
    JOIN article_versions AS held ON held.article_id = batch.original_id AND held.text = mine.text
    WHERE held.version_id <> mine.version_id
    GROUP BY batch.version_id
) AS twin
WHERE article_versions.version_id = twin.copy_id
