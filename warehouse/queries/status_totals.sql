SELECT
    (SELECT count(*) FROM standings WHERE standing = 'new') AS articles,
    (SELECT count(*) FROM standings WHERE standing <> 'new') AS copies,
    (SELECT count(*) FROM article_versions WHERE origin = 'seed') AS reference_versions,
    (SELECT count(*) FROM story_list WHERE NOT seed) AS stories,
    (SELECT count(*) FROM storyline_list) AS storylines,
    (SELECT count(*) FROM development_list WHERE kind <> 'update') AS developments,
    (SELECT count(*) FROM entries) AS entries,
    (SELECT count(*) FROM entries WHERE state = 'pending') AS entries_pending,
    (SELECT count(*) FROM entries WHERE state = 'read') AS entries_unjudged
