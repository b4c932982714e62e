-- Put before every script (after the times of keys.py). Conventions:
--   KEYS[1]  the hash tag that all keys of the queues carry; every other key is made from it
--   ARGV[1]  now in milliseconds, given by the process: the scripts read no clock
--   returns  nil (false) where there is nothing to do: losing a race is an answer, not an error
-- Written for Redis 6.2 (Lua 5.1). Numbers go to redis.call as numbers: `..` would keep 14 digits only.

local NOW = tonumber(ARGV[1])

local function key(name) return KEYS[1] .. ':' .. name end

local function split(signature)
  local skills = {}
  for skill in string.gmatch(signature, '[^,]+') do skills[#skills + 1] = skill end
  return skills
end

-- Rings the dispatchers' bell. They empty the list before they look, so few tokens are enough.
local function wake()
  if redis.call('LLEN', key('wake')) < 8 then redis.call('RPUSH', key('wake'), '1') end
  redis.call('PEXPIRE', key('wake'), ENDED_TTL_MS)
end

---------------------------------------------------------------------- callers

local function enter_line(call_sid)
  local caller = redis.call('HMGET', key('caller:' .. call_sid), 'signature', 'score')
  redis.call('ZADD', key('line:' .. caller[1]), caller[2], call_sid)
  redis.call('SADD', key('signatures'), caller[1])
  wake()
end

local function leave_line(call_sid, signature)
  redis.call('ZREM', key('line:' .. signature), call_sid)
  if redis.call('EXISTS', key('line:' .. signature)) == 0 then
    redis.call('SREM', key('signatures'), signature)
  end
end

local function forget_caller(call_sid)
  local signature = redis.call('HGET', key('caller:' .. call_sid), 'signature')
  if signature then leave_line(call_sid, signature) end
  redis.call('ZREM', key('callers'), call_sid)
  redis.call('ZREM', key('relax'), call_sid)
  redis.call('DEL', key('caller:' .. call_sid))
end

-- Back to the old place, in front of those with the same score (joined in whole milliseconds).
local function return_caller(call_sid, reservation_id)
  local name = key('caller:' .. call_sid)
  if redis.call('HGET', name, 'reservation') ~= reservation_id then return end
  local facts = redis.call('HMGET', name, 'joined_ms', 'boost')
  redis.call('HSET', name, 'state', 'waiting', 'front', '1',
    'score', tonumber(facts[1]) - 1000 * tonumber(facts[2]) - 0.5)
  redis.call('HDEL', name, 'reservation')
  enter_line(call_sid)
end

local function holds(larger, smaller)
  for _, wanted in ipairs(smaller) do
    local found = false
    for _, skill in ipairs(larger) do found = found or skill == wanted end
    if not found then return false end
  end
  return true
end

-- {position, length, joined_ms, state}; position 1 is next, 0 is already with an agent. Two callers compete
-- when the skills of one include the other's: then any agent fit for the one who asks more is fit for both.
local function place(call_sid)
  local caller = redis.call('HMGET', key('caller:' .. call_sid), 'signature', 'score', 'joined_ms', 'state')
  if not caller[1] then return false end
  local mine, ahead, length = split(caller[1]), 0, 0
  for _, signature in ipairs(redis.call('SMEMBERS', key('signatures'))) do
    local theirs = split(signature)
    if holds(mine, theirs) or holds(theirs, mine) then
      local line = key('line:' .. signature)
      length = length + redis.call('ZCARD', line)
      if signature == caller[1] then
        ahead = ahead + (redis.call('ZRANK', line, call_sid) or 0)
      else
        ahead = ahead + redis.call('ZCOUNT', line, '-inf', '(' .. caller[2])
      end
    end
  end
  local position = 0
  if caller[4] == 'waiting' then position = ahead + 1 end
  return {position, length, tonumber(caller[3]), caller[4]}
end

----------------------------------------------------------------------- agents

-- Puts an agent into the sets that its status, state and heartbeat allow, and out of the others.
-- The only writer of able* and idle*, so no agent can be offered a call by a forgotten entry.
local function settle(agent_id)
  local agent = redis.call('HMGET', key('agent:' .. agent_id), 'skills', 'status', 'state', 'idle_since')
  if not agent[1] then return end
  local able = agent[2] == 'available' and redis.call('ZSCORE', key('fresh'), agent_id)
  local idle = able and agent[3] == 'idle'
  local suffixes = {''}
  for _, skill in ipairs(split(agent[1])) do suffixes[#suffixes + 1] = ':' .. skill end
  for _, suffix in ipairs(suffixes) do
    if able then redis.call('SADD', key('able' .. suffix), agent_id)
    else redis.call('SREM', key('able' .. suffix), agent_id) end
    if idle then redis.call('ZADD', key('idle' .. suffix), agent[4], agent_id)
    else redis.call('ZREM', key('idle' .. suffix), agent_id) end
  end
  if idle then wake() end
end

-- Ends an agent's part in a reservation. `since` is its place in the idle line; `status` replaces "available" only.
local function free_agent(agent_id, reservation_id, since, status)
  local name = key('agent:' .. agent_id)
  local facts = redis.call('HMGET', name, 'reservation', 'status')
  if facts[1] ~= reservation_id then return end
  redis.call('HSET', name, 'state', 'idle', 'since', NOW, 'idle_since', since)
  redis.call('HDEL', name, 'reservation')
  if status and facts[2] == 'available' then redis.call('HSET', name, 'status', status) end
  settle(agent_id)
end

-- Agents without a heartbeat for too long are taken out of every line; returns who.
local function drop_silent()
  local silent = redis.call('ZRANGEBYSCORE', key('fresh'), '-inf', NOW - HEARTBEAT_TTL_MS)
  for _, agent_id in ipairs(silent) do
    redis.call('ZREM', key('fresh'), agent_id)
    settle(agent_id)
  end
  return silent
end

-- The desk has reported. One that was silent stands at the end of the idle line; returns true if it was not.
local function hear_from(agent_id)
  drop_silent()
  local name, fresh = key('agent:' .. agent_id), redis.call('ZSCORE', key('fresh'), agent_id)
  redis.call('HSET', name, 'seen_ms', NOW)
  redis.call('ZADD', key('agents'), NOW, agent_id)
  redis.call('ZADD', key('fresh'), NOW, agent_id)
  if not fresh and redis.call('HGET', name, 'state') == 'idle' then
    redis.call('HSET', name, 'idle_since', NOW)
  end
  return fresh and true
end

----------------------------------------------------------------- reservations

local function end_reservation(id, state, outcome)
  redis.call('HSET', key('reservation:' .. id), 'state', state, 'outcome', outcome, 'ended_ms', NOW)
  redis.call('PEXPIRE', key('reservation:' .. id), ENDED_TTL_MS)
  redis.call('ZREM', key('leases'), id)
end

-- {call_sid, agent_id} of a reservation in this state, else false: another got there first.
local function reservation_in(id, state)
  local facts = redis.call('HMGET', key('reservation:' .. id), 'state', 'call_sid', 'agent_id')
  return facts[1] == state and {facts[2], facts[3]}
end

-- An offer that came to nothing: the caller keeps the place, the agent's status may change.
local function give_back(id, state, outcome, status)
  local pair = reservation_in(id, 'pending')
  if not pair then return false end
  end_reservation(id, state, outcome)
  free_agent(pair[2], id, NOW, status)
  return_caller(pair[1], id)
  return true
end

