-- An offer came to nothing (rejected, timed out, busy, failed): the caller keeps the place.
-- ARGV  2 reservation id  3 its state from now on  4 outcome  5 the agent's new status, '' to keep it
-- returns 1; nil when the offer was not pending any more
return give_back(ARGV[2], ARGV[3], ARGV[4], ARGV[5] ~= '' and ARGV[5]) and 1
