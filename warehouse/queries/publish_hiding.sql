SELECT parameters, macro_definition
FROM duckdb_functions()
WHERE function_name = 'hide_secrets' AND database_name = current_database()
