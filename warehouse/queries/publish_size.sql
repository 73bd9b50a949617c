SELECT total_blocks, free_blocks, block_size FROM pragma_database_size() WHERE database_name = 'snapshot'
