-- The names of all sources, in lower case: reports lean on one another by name.
SELECT DISTINCT lower(trim(name)) AS name
FROM source_list
WHERE name IS NOT NULL
