-- A caller joins the line of the skills that an agent must have; joining twice keeps the place.
-- ARGV  2 call_sid  3 signature  4 boost in seconds  5 relaxing steps: JSON [[due_ms, signature], ...]
--       6... further fields of the caller's hash, name and value in turn
-- returns {position, 1 if the caller was there already}
local call_sid, name = ARGV[2], key('caller:' .. ARGV[2])
if redis.call('EXISTS', name) == 1 then return {place(call_sid)[1], 1} end

redis.call('HSET', name, 'call_sid', call_sid, 'signature', ARGV[3], 'boost', ARGV[4], 'steps', ARGV[5],
  'state', 'waiting', 'joined_ms', ARGV[1], 'score', NOW - 1000 * tonumber(ARGV[4]))
for field = 6, #ARGV, 2 do redis.call('HSET', name, ARGV[field], ARGV[field + 1]) end
redis.call('ZADD', key('callers'), ARGV[1], call_sid)

local steps = cjson.decode(ARGV[5])
if steps[1] then redis.call('ZADD', key('relax'), steps[1][1], call_sid) end
enter_line(call_sid)
return {place(call_sid)[1], 0}
