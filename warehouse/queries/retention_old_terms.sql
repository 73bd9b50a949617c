SELECT count(*) FROM article_terms WHERE member_at < $before
