-- An agent's desk is open, on a break until the agent says available. Signing in again while the desk still
-- reports (a page loaded anew) changes facts, not the status; the state is never touched.
-- ARGV  2 agent_id  3 name  4 skills, sorted, with commas  5 levels as JSON  6 endpoint
-- returns 1
local agent_id, name = ARGV[2], key('agent:' .. ARGV[2])
local known = redis.call('HMGET', name, 'state', 'skills')
local reports = hear_from(agent_id)
if known[2] and known[2] ~= ARGV[4] then -- out of the sets of the skills lost since
  redis.call('ZREM', key('fresh'), agent_id)
  settle(agent_id)
  redis.call('ZADD', key('fresh'), NOW, agent_id)
end
redis.call('HSET', name, 'id', agent_id, 'name', ARGV[3], 'skills', ARGV[4], 'levels', ARGV[5],
  'endpoint', ARGV[6])
if not known[1] then redis.call('HSET', name, 'state', 'idle', 'since', NOW, 'idle_since', NOW) end
if not reports then redis.call('HSET', name, 'status', 'break') end
settle(agent_id)
return 1
