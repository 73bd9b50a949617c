SELECT count(*) FROM runs WHERE as_of = $as_of
