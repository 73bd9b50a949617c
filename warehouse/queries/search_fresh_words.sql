SELECT DISTINCT language, token FROM search_fresh_tokens
