-- The agent has finished the notes before the time was over.
-- ARGV  2 agent_id
-- returns 1; nil when the agent was not wrapping up
local name = key('agent:' .. ARGV[2])
if redis.call('HGET', name, 'state') ~= 'wrapping' then return false end
redis.call('ZREM', key('wraps'), ARGV[2])
redis.call('HSET', name, 'state', 'idle', 'since', NOW, 'idle_since', NOW)
redis.call('HDEL', name, 'wrap_until')
settle(ARGV[2])
return 1
