-- How many marks a stretch of documents has, and what a sorted file of them is checked by.
SELECT count(*), coalesce(bit_xor((hash::UBIGINT << 32) | doc), 0) FROM copy_marks WHERE doc >= $first AND doc < $after
