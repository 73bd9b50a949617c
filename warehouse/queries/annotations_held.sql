SELECT annotation_id, target_id, text FROM annotations
