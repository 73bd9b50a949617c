-- The names of all sources: reports are shown under them, and lean on one another by them.
SELECT source_id, name FROM source_list WHERE name IS NOT NULL
