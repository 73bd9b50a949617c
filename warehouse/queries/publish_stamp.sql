SELECT stamp FROM snapshot_info
