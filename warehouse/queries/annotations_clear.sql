DELETE FROM annotations
