-- batch(development_id VARCHAR)
DELETE FROM development_dates WHERE development_id IN (SELECT development_id FROM batch)
