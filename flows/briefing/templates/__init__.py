"""The briefing's templates, style sheet and the search page's script; templates escape whatever is put in."""
