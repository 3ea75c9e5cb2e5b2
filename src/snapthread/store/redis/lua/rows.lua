-- What every verb shares: rows as hashes, the lease check, and marks.
--
-- Times are whole microseconds since 1970, exact in Lua's numbers. Lua's own text of a number
-- keeps 14 digits, so numbers become text in `whole` only. A script is not rolled back: a verb
-- that may refuse does so before its first write.

local NEVER = 9007199254740991
local verbs = {}
local NUMBERS = { -- fields whose text is a number
  epoch = true, token = true, lease_until = true, not_before = true, ready_at = true,
  labels = true, turns = true, first_line = true, stopped_turn = true, stream = true, id = true,
  update_id = true, arrived_at = true, attempts = true, user_id = true, thread_id = true,
  sent_at = true, owner = true, place = true, label = true, size_bytes = true, width = true,
  height = true, created_at = true, leaves_at = true, expires_at = true, due_at = true,
  ends_at = true, put_aside_at = true, reserved_at = true,
}

local function whole(number)
  return string.format('%.0f', number)
end

local function as_text(value)
  if type(value) == 'number' then
    return whole(value)
  end
  return value == true and '1' or value
end

local function as_value(field, text)
  return NUMBERS[field] and tonumber(text) or text
end

-- A whole hash as a table, or nil where there is none.
local function read(name)
  local flat = redis.call('HGETALL', name)
  if #flat == 0 then
    return nil
  end
  local row = {}
  for i = 1, #flat, 2 do
    row[flat[i]] = as_value(flat[i], flat[i + 1])
  end
  return row
end

-- Some fields of a hash that is there; what is not set stays nil.
local function pick(name, fields)
  local values = redis.call('HMGET', name, unpack(fields))
  local row = {}
  for i, field in ipairs(fields) do
    row[field] = values[i] and as_value(field, values[i]) or nil
  end
  return row
end

local function write(name, row, fields)
  local flat = {}
  for field, value in pairs(fields) do
    row[field] = value
    if value ~= false then
      flat[#flat + 1] = field
      flat[#flat + 1] = as_text(value)
    end
  end
  redis.call('HSET', name, unpack(flat))
end

-- Put a member into a list by score, or take it out.
local function keep(list, is_in, score, member)
  if is_in then
    redis.call('ZADD', list, whole(score), member)
  else
    redis.call('ZREM', list, member)
  end
end

-- Members of a list by score up to this one, lowest first.
local function up_to(list_key, score, limit, offset)
  local which = {'LIMIT', whole(offset or 0), whole(limit)}
  return redis.call('ZRANGEBYSCORE', list_key, '-inf', whole(score), unpack(which))
end

local function slice(values, first, last)
  local some = {}
  for i = first, last do
    some[#some + 1] = values[i]
  end
  return some
end

local function as_set(values)
  local set = {}
  for _, value in ipairs(values) do
    set[value] = true
  end
  return set
end

local function new_id()
  return redis.call('INCR', LAST_ID)
end

local function refuse(code, detail)
  error(redis.error_reply(code .. ' ' .. detail))
end

-- ------------------------------------------------------------ conversations and their leases

local function conversation(key)
  return read(key_of('conversation', key))
end

local function change(key, row, fields)
  write(key_of('conversation', key), row, fields)
end

-- `first_token` is random: one that is made anew after an erasure meets no older claim.
local function ensure_conversation(key, first_token)
  if redis.call('EXISTS', key_of('conversation', key)) == 0 then
    change(key, {}, {
      epoch = 0, token = first_token, lease_until = 0, not_before = 0,
      labels = 0, turns = 0, first_line = 0,
    })
  end
end

local function owns(row, claim)
  return row and row.token == claim.token and row.epoch == claim.epoch
end

-- The conversation's row, where the claim still holds it; else LeaseLost.
-- A claim whose time is over but that nobody replaced still holds it, unless `live_at` is given.
local function held(claim, live_at)
  local row = conversation(claim.key)
  if not owns(row, claim) or row.lease_until <= (live_at or -1) then
    refuse('LEASELOST', claim.key)
  end
  return row
end

local function is_held(key, now)
  local row = pick(key_of('conversation', key), {'lease_until'})
  return (row.lease_until or 0) > now
end

-- Of what has work, READY lists what nobody holds; HELD lists all that are held, by lease.
-- `let_go` moves over what a worker left behind.
local function list(key, row)
  local held_now = row.lease_until > 0
  keep(HELD, held_now, row.lease_until, key)
  keep(READY, row.ready_at and not held_now, row.ready_at, key)
end

-- ------------------------------------------------------------ marks

-- Set a mark, for ever without `ends_at`; false where it was set and has not run out.
local function set_mark(name, now, ends_at)
  local score = redis.call('ZSCORE', MARKS, name)
  if score and tonumber(score) > now then
    return false
  end
  redis.call('ZADD', MARKS, whole(ends_at or NEVER), name)
  redis.call('ZADD', MARK_NAMES, 0, name)
  return true
end

local function has_mark(name)
  return redis.call('ZSCORE', MARKS, name) and true or false
end

local function clear_mark(name)
  redis.call('ZREM', MARKS, name)
  redis.call('ZREM', MARK_NAMES, name)
end
