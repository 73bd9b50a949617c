SELECT name, holds
FROM (
    SELECT view_name AS name, comment AS holds, 1 AS part
    FROM duckdb_views()
    WHERE NOT internal AND database_name = current_database()
    UNION ALL
    SELECT table_name, comment, 2
    FROM duckdb_tables()
    WHERE NOT internal AND database_name = current_database()
) AS relations
ORDER BY part, name
