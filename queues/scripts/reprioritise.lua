-- A new head start for a waiting caller; a smaller one changes nothing, for nobody loses a place given.
-- ARGV  2 call_sid  3 boost in seconds  4 priority as JSON
-- returns the position, nil when the caller is not in line
local name = key('caller:' .. ARGV[2])
local caller = redis.call('HMGET', name, 'state', 'boost', 'joined_ms', 'front')
if not caller[1] or caller[1] == 'accepted' then return false end

if tonumber(ARGV[3]) > tonumber(caller[2]) then
  local score = tonumber(caller[3]) - 1000 * tonumber(ARGV[3])
  if caller[4] then score = score - 0.5 end
  redis.call('HSET', name, 'boost', ARGV[3], 'priority', ARGV[4], 'score', score)
  if caller[1] == 'waiting' then enter_line(ARGV[2]) end
end
return place(ARGV[2])[1]
