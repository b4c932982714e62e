-- The agent's desk is still there. One that was silent stands at the end of the idle line again.
-- ARGV  2 agent_id
-- returns 1; nil when the agent has not signed in
local agent_id, name = ARGV[2], key('agent:' .. ARGV[2])
local agent = redis.call('HMGET', name, 'status', 'state')
if not agent[1] or agent[1] == 'logged_out' then return false end

local silent = not redis.call('ZSCORE', key('fresh'), agent_id)
redis.call('HSET', name, 'seen_ms', NOW)
redis.call('ZADD', key('agents'), NOW, agent_id)
redis.call('ZADD', key('fresh'), NOW, agent_id)
if silent then
  if agent[2] == 'idle' then redis.call('HSET', name, 'idle_since', NOW) end
  settle(agent_id)
end
return 1
