SELECT
    s.source_id, s.name, s.country, s.language, s.kind, s.homepage, s.enabled, s.reason, s.state, s.evidence,
    s.since_at, s.last_entry_at, s.entries, s.articles, s.copies, s.fetches, s.failures, t.volume
FROM sources AS s
LEFT JOIN source_states AS t ON t.source_id = s.source_id AND s.enabled
ORDER BY lower(s.name), s.source_id
