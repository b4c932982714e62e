-- What time alone brings: offers that nobody answered, wrap-ups that are over, desks that fell silent, skills
-- that relax. Any process may sweep at any time; each thing is done once. At most 100 of a kind a round.
-- returns {{reservation id, ...}, {agent id wrapped up, ...}, {silent agent id, ...}, {relaxed call sid, ...}}

local function due(name, until_ms)
  return redis.call('ZRANGEBYSCORE', key(name), '-inf', until_ms, 'LIMIT', 0, 100)
end

local timed_out = {}
for _, id in ipairs(due('leases', NOW)) do
  local accepted = reservation_in(id, 'accepted')
  if accepted then -- longer than any call: its end was never reported
    end_reservation(id, 'completed', 'longest_call')
    forget_caller(accepted[1])
    free_agent(accepted[2], id, NOW)
  elseif give_back(id, 'timed_out', 'timed_out', 'break') then
    timed_out[#timed_out + 1] = id
  else
    redis.call('ZREM', key('leases'), id)
  end
end

local wrapped = due('wraps', NOW)
for _, agent_id in ipairs(wrapped) do
  local name = key('agent:' .. agent_id)
  redis.call('ZREM', key('wraps'), agent_id)
  if redis.call('HGET', name, 'state') == 'wrapping' then
    redis.call('HSET', name, 'state', 'idle', 'since', NOW, 'idle_since', NOW)
    redis.call('HDEL', name, 'wrap_until')
    settle(agent_id)
  end
end

local silent = drop_silent()

local relaxed = due('relax', NOW)
for _, call_sid in ipairs(relaxed) do
  local name = key('caller:' .. call_sid)
  local caller = redis.call('HMGET', name, 'steps', 'signature', 'state')
  local steps = caller[1] and cjson.decode(caller[1]) or {}
  redis.call('ZREM', key('relax'), call_sid)
  if steps[1] then
    leave_line(call_sid, caller[2])
    redis.call('HSET', name, 'signature', steps[1][2])
    if caller[3] == 'waiting' then enter_line(call_sid) end
    table.remove(steps, 1)
    redis.call('HSET', name, 'steps', #steps > 0 and cjson.encode(steps) or '[]')
    if steps[1] then redis.call('ZADD', key('relax'), steps[1][1], call_sid) end
  end
end

for _, call_sid in ipairs(due('callers', NOW - FORGET_AFTER_MS)) do forget_caller(call_sid) end
for _, agent_id in ipairs(due('agents', NOW - FORGET_AFTER_MS)) do
  redis.call('ZREM', key('fresh'), agent_id)
  settle(agent_id)
  redis.call('ZREM', key('agents'), agent_id)
  redis.call('DEL', key('agent:' .. agent_id))
end
return {timed_out, wrapped, silent, relaxed}
