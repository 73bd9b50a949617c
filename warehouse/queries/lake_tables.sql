-- The tables of an attached database.
SELECT table_name FROM duckdb_tables() WHERE database_name = $house AND NOT internal AND NOT temporary ORDER BY table_name
