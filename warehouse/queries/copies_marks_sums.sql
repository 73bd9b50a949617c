-- How many marks a stretch of documents has, and the sum by which a sorted file of them is checked.
SELECT count(*), coalesce(sum(hash::UBIGINT * (doc::UBIGINT + 1)), 0) FROM copy_marks WHERE doc >= $first AND doc < $after
