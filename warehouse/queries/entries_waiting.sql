-- Entries whose page is still to be read.
SELECT count(*) FROM entries WHERE state = 'pending'
