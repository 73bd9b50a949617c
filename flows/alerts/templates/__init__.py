"""The mails' templates; HTML ones escape whatever is put in."""
