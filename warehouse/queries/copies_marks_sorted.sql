-- The marks of a stretch of documents in order, each as one number, its hash before its document.
SELECT (hash::UBIGINT << 32) | doc AS mark FROM copy_marks WHERE doc >= $first AND doc < $after ORDER BY mark
