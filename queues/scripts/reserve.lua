-- Pairs the best caller who can be served with the agent who has been idle longest, and leases both.
-- ARGV  2 reservation id  3 lease in ms  4 lines per idle agent up to which the callers' side is walked
-- returns the reservation as field, value, ...; nil when nobody fits
--
-- Two walks give the same pair. From the callers: the lines' heads, best first, until one has a fit agent; its
-- cost is the number of lines. From the agents: the heads of all lines that an agent can serve, which are the
-- subsets of at most three of its skills; its cost is idle agents times subsets (25 for 5 skills).
local id = ARGV[2]
-- the client sends a command again when the answer was lost: the same id is the same reservation
if redis.call('EXISTS', key('reservation:' .. id)) == 1 then
  return redis.call('HGETALL', key('reservation:' .. id))
end
drop_silent()

local function head(signature)
  local first = redis.call('ZRANGE', key('line:' .. signature), 0, 0, 'WITHSCORES')
  return first[1] and {call_sid = first[1], score = tonumber(first[2]), signature = signature}
end

local function before(one, other)
  if one.score ~= other.score then return one.score < other.score end
  return one.call_sid < other.call_sid
end

-- The fit agent who is idle longest: mostly one of the first few; else the server intersects, for a walk of
-- hundreds of agents in Lua would hold up Redis for as many milliseconds as there are lines.
local FIRST_FEW = 8
local function longest_idle(signature)
  local skills = split(signature)
  if #skills == 0 then return redis.call('ZRANGE', key('idle'), 0, 0)[1] end
  local sets, rarest, fewest = {}, nil, nil
  for position, skill in ipairs(skills) do
    sets[position] = key('idle:' .. skill)
    local count = redis.call('ZCARD', sets[position])
    if count == 0 then return nil end
    if not fewest or count < fewest then rarest, fewest = sets[position], count end
  end
  for _, agent_id in ipairs(redis.call('ZRANGE', rarest, 0, FIRST_FEW - 1)) do
    local fits = true
    for _, set in ipairs(sets) do fits = fits and (set == rarest or redis.call('ZSCORE', set, agent_id)) end
    if fits then return agent_id end
  end
  if fewest <= FIRST_FEW then return nil end
  sets[#sets + 1] = 'AGGREGATE'
  sets[#sets + 1] = 'MIN'
  return redis.call('ZINTER', #skills, unpack(sets))[1]
end

local heads -- signature -> head, when all lines were read

local function from_agents()
  local seen, best, chosen = {}, nil, nil
  for _, agent_id in ipairs(redis.call('ZRANGE', key('idle'), 0, -1)) do
    local function look(signature)
      if seen[signature] then return end -- an agent idle for longer has looked at this line
      seen[signature] = true
      local caller
      if heads then caller = heads[signature] else caller = head(signature) end
      if caller and (not best or before(caller, best)) then best, chosen = caller, agent_id end
    end
    local skills = split(redis.call('HGET', key('agent:' .. agent_id), 'skills'))
    look('')
    for a = 1, #skills do
      look(skills[a])
      for b = a + 1, #skills do
        local two = skills[a] .. ',' .. skills[b]
        look(two)
        for c = b + 1, #skills do look(two .. ',' .. skills[c]) end
      end
    end
  end
  return best, chosen
end

-- Mostly one of the best heads has a fit agent; where many lines wait for skills that nobody idle has, asking
-- line by line would take longer than asking every agent once.
local HEADS_TRIED = 16
local function from_callers()
  local sorted = {}
  heads = {}
  for _, signature in ipairs(redis.call('SMEMBERS', key('signatures'))) do
    local caller = head(signature)
    if caller then
      heads[signature] = caller
      sorted[#sorted + 1] = caller
    end
  end
  table.sort(sorted, before)
  for rank, caller in ipairs(sorted) do
    if rank > HEADS_TRIED then return from_agents() end
    local agent_id = longest_idle(caller.signature)
    if agent_id then return caller, agent_id end
  end
end

local lines, idle = redis.call('SCARD', key('signatures')), redis.call('ZCARD', key('idle'))
if lines == 0 or idle == 0 then return false end
local caller, agent_id
if lines <= idle * tonumber(ARGV[4]) then caller, agent_id = from_callers()
else caller, agent_id = from_agents() end
if not agent_id then return false end

leave_line(caller.call_sid, caller.signature)
local caller_name, agent_name = key('caller:' .. caller.call_sid), key('agent:' .. agent_id)
redis.call('HSET', caller_name, 'state', 'offered', 'reservation', id)
redis.call('HSET', agent_name, 'state', 'reserved', 'since', NOW, 'reservation', id)
settle(agent_id)

local lease = NOW + tonumber(ARGV[3])
local from_caller = redis.call('HMGET', caller_name,
  'queue', 'required', 'priority', 'why', 'joined_ms', 'language', 'story')
local from_agent = redis.call('HMGET', agent_name, 'name', 'endpoint', 'idle_since')
local name = key('reservation:' .. id)
redis.call('HSET', name, 'id', id, 'state', 'pending', 'outcome', '', 'created_ms', NOW, 'lease_ms', lease,
  'call_sid', caller.call_sid, 'queue', from_caller[1], 'required', from_caller[2],
  'signature', caller.signature, 'priority', from_caller[3], 'plan_why', from_caller[4],
  'joined_ms', from_caller[5], 'language', from_caller[6], 'story', from_caller[7],
  'agent_id', agent_id, 'agent_name', from_agent[1], 'endpoint', from_agent[2], 'idle_since', from_agent[3])
redis.call('PEXPIRE', name, FORGET_AFTER_MS)
redis.call('ZADD', key('leases'), lease, id)
return redis.call('HGETALL', name)
