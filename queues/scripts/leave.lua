-- A caller gave up: out of the line, and a phone that rings for them is freed in the same move.
-- ARGV  2 call_sid
-- returns {waited_ms, id of the reservation that was rescinded or ''}, nil when the caller was not waiting
local name = key('caller:' .. ARGV[2])
local caller = redis.call('HMGET', name, 'state', 'joined_ms', 'reservation')
if not caller[1] or caller[1] == 'accepted' then return false end

local rescinded = ''
if caller[1] == 'offered' then
  rescinded = caller[3]
  local pair = reservation_in(rescinded, 'pending')
  end_reservation(rescinded, 'rescinded', 'abandoned')
  -- the agent did nothing wrong: the old place in the idle line
  free_agent(pair[2], rescinded, redis.call('HGET', key('agent:' .. pair[2]), 'idle_since'))
end
forget_caller(ARGV[2])
return {NOW - tonumber(caller[2]), rescinded}
