-- How many agents with all these skills are available, idle or not.
-- ARGV  2 signature
-- returns the number
drop_silent()
local sets = {}
for _, skill in ipairs(split(ARGV[2])) do sets[#sets + 1] = key('able:' .. skill) end
if #sets == 0 then return redis.call('SCARD', key('able')) end
return #redis.call('SINTER', unpack(sets))
