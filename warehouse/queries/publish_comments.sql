SELECT 'TABLE' AS kind, table_name AS relation, NULL AS column_name, comment
FROM duckdb_tables()
WHERE database_name = current_database() AND comment IS NOT NULL
UNION ALL
SELECT 'VIEW', view_name, NULL, comment
FROM duckdb_views()
WHERE database_name = current_database() AND NOT internal AND comment IS NOT NULL
UNION ALL
SELECT
    CASE WHEN c.table_name IN (SELECT v.view_name FROM duckdb_views() AS v) THEN 'VIEW' ELSE 'TABLE' END,
    c.table_name, c.column_name, c.comment
FROM duckdb_columns() AS c
WHERE c.database_name = current_database() AND NOT c.internal AND c.comment IS NOT NULL
