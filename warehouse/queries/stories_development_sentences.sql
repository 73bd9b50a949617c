SELECT development_id, text, article_id, part_starts, part_ends FROM development_sentences
WHERE development_id IN (SELECT unnest(string_split($developments, ',')))
ORDER BY development_id, position
