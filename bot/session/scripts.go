package session

import "github.com/redis/go-redis/v9"

// Each script is one round trip and takes effect as a whole.

// beginScript KEYS lock seen state rate counted
// ARGV owner token lock_ms window_ms counted_ms
// replies {replySeen} | {replyBusy} | {replyGranted, events, state}.
//
// An event counts once, however often it has to come: it keeps its number until it
// is done.
//
// A lock of the same owner is left over from a turn whose End never arrived:
// the process lets only one turn of a conversation through at a time, so it may
// be taken over.
var beginScript = redis.NewScript(`
if redis.call('EXISTS', KEYS[2]) == 1 then return {0} end
local holder = redis.call('GET', KEYS[1])
if holder and string.sub(holder, 1, #ARGV[1]) ~= ARGV[1] then return {1} end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
local events = tonumber(redis.call('GET', KEYS[5]) or '0')
if events == 0 then
	events = redis.call('INCR', KEYS[4])
	if events == 1 then redis.call('PEXPIRE', KEYS[4], ARGV[4]) end
	redis.call('SET', KEYS[5], events, 'PX', ARGV[5])
end
return {2, events, redis.call('GET', KEYS[3]) or ''}
`)

const (
	replySeen int64 = iota
	replyBusy
	replyGranted
)

// holdScript KEYS lock
// ARGV token lock_ms
// replies 1 while the lock is the turn's.
var holdScript = redis.NewScript(`
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
`)

// endScript KEYS lock seen state counted
// ARGV token seen_ms (0: not done) state (empty: none) state_ms
// replies 1, or 0 when the lock had passed to another: the position is then
// theirs to write.
var endScript = redis.NewScript(`
if tonumber(ARGV[2]) > 0 then
	redis.call('SET', KEYS[2], '1', 'PX', ARGV[2])
	redis.call('DEL', KEYS[4])
end
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
if ARGV[3] == '' then
	redis.call('DEL', KEYS[3])
else
	redis.call('SET', KEYS[3], ARGV[3], 'PX', ARGV[4])
end
redis.call('DEL', KEYS[1])
return 1
`)

// tryScript KEYS tries pause, of each key
// ARGV tries window_ms kept_ms pause_ms...
// replies the milliseconds to wait, and counts nothing then; 0 when the try is
// counted and may be judged.
var tryScript = redis.NewScript(`
local wait = 0
for i = 2, #KEYS, 2 do wait = math.max(wait, redis.call('PTTL', KEYS[i])) end
if wait > 0 then return wait end
for i = 1, #KEYS, 2 do
	local n = redis.call('INCR', KEYS[i])
	local over = n - tonumber(ARGV[1])
	if over >= 0 then
		redis.call('PEXPIRE', KEYS[i], ARGV[3])
		redis.call('SET', KEYS[i + 1], '1', 'PX', ARGV[4 + math.min(over, #ARGV - 4)])
	elseif n == 1 then
		redis.call('PEXPIRE', KEYS[i], ARGV[2])
	end
end
return 0
`)

// spareScript KEYS and ARGV as tryScript. A pause that stands is that of the try
// which is taken back: none is let through while one stands.
var spareScript = redis.NewScript(`
for i = 1, #KEYS, 2 do
	if redis.call('EXISTS', KEYS[i]) == 1 then
		local n = redis.call('DECR', KEYS[i])
		redis.call('DEL', KEYS[i + 1])
		if n <= 0 then
			redis.call('DEL', KEYS[i])
		elseif n == ARGV[1] - 1 then
			redis.call('PEXPIRE', KEYS[i], ARGV[2])
		end
	end
end
return 1
`)

// rightScript KEYS as tryScript
var rightScript = redis.NewScript(`return redis.call('DEL', unpack(KEYS))`)

// wrongScript KEYS total flood
// ARGV flood_limit flood_window_ms
// replies 1 while there is a flood.
var wrongScript = redis.NewScript(`
local total = redis.call('INCR', KEYS[1])
if total == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
if total <= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[2], '1', 'PX', ARGV[2])
return 1
`)

// slowScript KEYS flood slowed
// ARGV slow_ms kept_ms
// replies the milliseconds to wait.
var slowScript = redis.NewScript(`
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
if redis.call('SET', KEYS[2], '1', 'PX', ARGV[2], 'NX') then return tonumber(ARGV[1]) end
return math.max(ARGV[1] - (ARGV[2] - redis.call('PTTL', KEYS[2])), 0)
`)

// paceScript KEYS halt channel chat...
// ARGV mode interval_us burst_us chat_interval_us chat_burst_us kept_ms ahead_us
// replies {wait_us, may...}: 1 or 0 a chat, in their order, as far as the channel's
// pace goes; wait_us is how long the rest has to wait, 0 when there is none.
//
// It is the generic cell rate algorithm: a key holds the moment up to which
// what was sent has used its line up. Redis tells the time, so that all replicas
// have one. In mode "spent" everything has been sent already: it uses the line up
// to ahead_us and no further, or a busy hour's answers would leave a debt that
// keeps everything else back long after. Nor does a clock that was set back.
var paceScript = redis.NewScript(`
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local spent = ARGV[1] == 'spent'
if not spent then
	local halted = redis.call('PTTL', KEYS[1])
	if halted > 0 then return {halted * 1000} end
end
local interval, burst = tonumber(ARGV[2]), tonumber(ARGV[3])
local each, eachBurst = tonumber(ARGV[4]), tonumber(ARGV[5])
local ahead = now + tonumber(ARGV[7])
local used = math.min(math.max(tonumber(redis.call('GET', KEYS[2]) or '0'), now), ahead + interval)
local reply, wait = {0}, 0
for i = 3, #KEYS do
	if not spent and interval > 0 and used - now > burst then
		wait = math.ceil(used - now - burst)
		break
	end
	local may = 1
	if each > 0 then
		local chat = math.max(tonumber(redis.call('GET', KEYS[i]) or '0'), now)
		if not spent and chat - now > eachBurst then
			may = 0
		else
			chat = math.min(chat + each, now + each + eachBurst)
			redis.call('SET', KEYS[i], string.format('%.0f', chat), 'PX', ARGV[6])
		end
	end
	if may == 1 then used = used + interval end
	if spent then used = math.min(used, ahead) end
	reply[#reply + 1] = may
end
if interval > 0 then redis.call('SET', KEYS[2], string.format('%.0f', used), 'PX',
	math.ceil((used - now) / 1000) + 1000) end
reply[1] = wait
return reply
`)

// haltScript KEYS halt ARGV ms: the longer of two pauses counts.
var haltScript = redis.NewScript(`
if redis.call('PTTL', KEYS[1]) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], '1', 'PX', ARGV[1]) end
return 1
`)
