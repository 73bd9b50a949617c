SELECT storyline_id, title FROM storylines WHERE starts_with(storyline_id, $prefix::VARCHAR) ORDER BY storyline_id
