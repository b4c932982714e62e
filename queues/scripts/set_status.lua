-- What the agent chose: available, break or logged_out. The state (idle, on_call ...) is not touched.
-- ARGV  2 agent_id  3 status
-- returns 1; nil when the agent has not signed in
local agent_id, name = ARGV[2], key('agent:' .. ARGV[2])
local agent = redis.call('HMGET', name, 'status', 'state')
if not agent[1] then return false end

redis.call('HSET', name, 'status', ARGV[3])
if ARGV[3] == 'logged_out' then
  redis.call('ZREM', key('fresh'), agent_id)
else
  hear_from(agent_id)
end
if agent[1] ~= 'available' and ARGV[3] == 'available' and agent[2] == 'idle' then
  redis.call('HSET', name, 'idle_since', NOW)
end
settle(agent_id)
return 1
