-- Where a caller stands. Reads only.
-- ARGV  2 call_sid
-- returns {position, length, joined_ms, state}, nil when the caller is not known
return place(ARGV[2])
