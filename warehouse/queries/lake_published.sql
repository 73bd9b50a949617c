-- The version of a lake that was published last.
SELECT max(stamp::BIGINT) FROM snapshot_info
