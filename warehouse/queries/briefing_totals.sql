SELECT
    (SELECT count(*) FROM standings WHERE standing = 'new') AS articles,
    (SELECT count(*) FROM standings WHERE standing <> 'new') AS copies,
    (SELECT count(*) FROM storyline_list) AS storylines,
    (SELECT count(*) FROM development_list WHERE kind <> 'update') AS developments,
    (SELECT count(*) FROM source_list WHERE enabled) AS sources
