SELECT t.table_name, t.comment, c.column_name, c.data_type, coalesce(c.comment, '')
FROM duckdb_tables() AS t
JOIN duckdb_columns() AS c ON c.database_name = t.database_name AND c.table_name = t.table_name
WHERE t.database_name = current_database() AND NOT t.internal AND NOT t.temporary
ORDER BY t.table_name, c.column_index
