SELECT name, holds
FROM (
    SELECT view_name AS name, comment AS holds, 1 AS part FROM duckdb_views() WHERE NOT internal
    UNION ALL
    SELECT table_name, comment, 2 FROM duckdb_tables() WHERE NOT internal
) AS relations
ORDER BY part, name
