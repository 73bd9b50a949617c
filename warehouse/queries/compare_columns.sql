-- The columns that a table has in this warehouse and in the attached one of the name `other`.
SELECT here.table_name, here.column_name
FROM duckdb_columns() AS here
JOIN duckdb_tables() AS t ON t.database_name = here.database_name AND t.table_name = here.table_name
JOIN duckdb_columns() AS there
    ON there.database_name = 'other' AND there.table_name = here.table_name AND there.column_name = here.column_name
WHERE here.database_name = current_database() AND NOT t.internal AND NOT t.temporary
ORDER BY here.table_name, here.column_index
