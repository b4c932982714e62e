-- The agent's desk is still there.
-- ARGV  2 agent_id
-- returns 1; nil when the agent has not signed in
local status = redis.call('HGET', key('agent:' .. ARGV[2]), 'status')
if not status or status == 'logged_out' then return false end

if not hear_from(ARGV[2]) then settle(ARGV[2]) end
return 1
