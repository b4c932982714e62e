-- The agent was lost in mid-call: the caller is back in line with the original join time.
-- ARGV  2 reservation id
-- returns 1; nil when the reservation was not accepted or has ended before
local id = ARGV[2]
local pair = reservation_in(id, 'accepted')
if not pair then return false end

end_reservation(id, 'completed', 'agent_lost')
free_agent(pair[2], id, NOW, 'break')
return_caller(pair[1], id)
return 1
