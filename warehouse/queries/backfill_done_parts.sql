SELECT file, bytes, start, since, until, max(pages) FROM backfill_parts GROUP BY file, bytes, start, since, until
