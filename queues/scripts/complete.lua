-- The conversation is over: the caller's entry goes, the agent wraps up; how long it took is kept for estimates.
-- ARGV  2 reservation id  3 wrap-up in ms
-- returns 1; nil when the reservation was not accepted or has ended before
local id = ARGV[2]
local pair = reservation_in(id, 'accepted')
if not pair then return false end

local facts = redis.call('HMGET', key('reservation:' .. id), 'required', 'accepted_ms')
local handled = key('handled:' .. facts[1])
redis.call('LPUSH', handled, NOW - tonumber(facts[2]) + tonumber(ARGV[3]))
redis.call('LTRIM', handled, 0, HANDLED_KEPT - 1)
redis.call('PEXPIRE', handled, FORGET_AFTER_MS)

end_reservation(id, 'completed', 'completed')
if redis.call('HGET', key('caller:' .. pair[1]), 'reservation') == id then forget_caller(pair[1]) end
local agent = key('agent:' .. pair[2])
if tonumber(ARGV[3]) > 0 and redis.call('HGET', agent, 'reservation') == id then
  local ends = NOW + tonumber(ARGV[3])
  redis.call('HSET', agent, 'state', 'wrapping', 'since', NOW, 'wrap_until', ends)
  redis.call('HDEL', agent, 'reservation')
  redis.call('ZADD', key('wraps'), ends, pair[2])
else
  free_agent(pair[2], id, NOW)
end
return 1
