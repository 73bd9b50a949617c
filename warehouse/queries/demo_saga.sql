-- Asked at the end of the demo: the storyline of the app Lumora, turn by turn, with the first new sentence of each.
SELECT
    happened_at,
    kind,
    headline,
    len(outlets) AS outlets,
    new_sentences[1] AS what_is_new
FROM developments
WHERE kind <> 'update' AND contains(headline || storyline_title, 'Lumora')
ORDER BY happened_at;
