-- The agent answered: caller and agent are together, under the lease of the longest call.
-- ARGV  2 reservation id  3 token of this attempt (a command sent again after a lost answer is no second one)
-- returns 1; nil when the offer had expired, was rescinded, or another got there first
local id, name = ARGV[2], key('reservation:' .. ARGV[2])
local pair = reservation_in(id, 'pending')
if not pair then
  if redis.call('HGET', name, 'accepted_by') == ARGV[3] then return 1 end
  return false
end
-- the sweep has not come by yet, but the caller's patience with this phone is over
if tonumber(redis.call('HGET', name, 'lease_ms')) <= NOW then return false end

redis.call('HSET', name, 'state', 'accepted', 'accepted_ms', NOW, 'accepted_by', ARGV[3])
redis.call('ZADD', key('leases'), NOW + MAX_CALL_MS, id)
redis.call('HSET', key('caller:' .. pair[1]), 'state', 'accepted')
redis.call('ZREM', key('relax'), pair[1])
redis.call('HSET', key('agent:' .. pair[2]), 'state', 'on_call', 'since', NOW)
return 1
