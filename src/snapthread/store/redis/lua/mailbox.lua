-- Messages wait here, in order within a conversation: ports.Mailboxes.

local function is_new(update_id, a)
  local at = redis.call('ZSCORE', SEEN, whole(update_id))
  if at and tonumber(at) > a.now - a.seen then
    return false
  end
  redis.call('ZADD', SEEN, whole(a.now), whole(update_id))
  return true
end

-- A message at the end of its mailbox; `kept` is what is known of it beside.
local function put_in(key, jumps, now, kept)
  local id = new_id()
  kept.id, kept.conversation = id, key
  kept.arrived_at, kept.ready_at, kept.attempts = now, now, 0
  write(key_of('message', whole(id)), {}, kept)
  redis.call('ZADD', key_of(jumps and 'commands' or 'inbox', key), whole(id), whole(id))
  redis.call('ZADD', MESSAGES, whole(id), whole(id))
  if jumps then
    redis.call('ZADD', JUMPS, whole(id), whole(id))
  end
end

local function put_in_arrival(arrival, bundle, now)
  put_in(arrival.key, arrival.jumps, now, {
    update_id = arrival.update_id, kind = arrival.kind, bundle = bundle,
    message = arrival.message, is_long = arrival.is_long, user_id = arrival.user_id,
    thread_id = arrival.thread_id, sent_at = arrival.sent_at,
  })
end

local function say_full(arrival, now)
  if not set_mark('full:' .. arrival.key, now) then
    return false
  end
  add_parts(arrival.key, arrival.to, {arrival.if_full}, now)
  return true
end

-- The last of a conversation, commands that jump among them.
local function newest(key)
  local last = redis.call('ZREVRANGE', key_of('inbox', key), 0, 0)[1]
  local command = redis.call('ZREVRANGE', key_of('commands', key), 0, 0)[1]
  if command and tonumber(command) > tonumber(last or 0) then
    return command
  end
  return last
end

-- The cut text that this message goes on with: the one right before it, at the same time.
local function continued_bundle(arrival, a)
  local id = newest(arrival.key)
  local before = id
    and pick(key_of('message', id), {'bundle', 'is_long', 'user_id', 'thread_id', 'sent_at'})
  local goes_on = before
    and before.is_long
    and string.sub(before.bundle or '', 1, 5) == 'text:'
    and before.user_id == arrival.user_id
    and before.thread_id == arrival.thread_id
    and not arrival.is_reply
    and math.abs(arrival.sent_at - before.sent_at) <= a.gap
  return goes_on and before.bundle or nil
end

-- The name that all parts of one album, or of one cut text, share.
local function bundle_of(arrival, a)
  if arrival.album_id then
    return 'album:' .. arrival.album_id
  end
  if not arrival.is_text then
    return nil
  end
  local cut = arrival.is_long and 'text:' .. whole(arrival.update_id) or nil
  return continued_bundle(arrival, a) or cut
end

-- Each part moves the whole bundle; the last part of a cut text ends the waiting.
local function wait_for_more(arrival, bundle, a)
  local rows = messages(arrival.key, function(row)
    return row.bundle == bundle and not row.token
  end)
  local first_at = NEVER
  for _, row in ipairs(rows) do
    first_at = math.min(first_at, row.arrived_at)
  end
  local is_last = not arrival.album_id and not arrival.is_long
  local ready_at = is_last and a.now or math.min(a.now + a.quiet, first_at + a.gather)
  for _, row in ipairs(rows) do
    set_message(row, {ready_at = ready_at})
  end
end

-- Put the message in, or say that there is no room; false where that was said already.
local function take(arrival, a)
  ensure_conversation(arrival.key, a.first_token)
  if arrival.jumps then
    put_in_arrival(arrival, nil, a.now)
    return true
  end
  if redis.call('ZCARD', key_of('inbox', arrival.key)) >= a.waiting_max then
    return say_full(arrival, a.now)
  end
  clear_mark('full:' .. arrival.key)
  local bundle = bundle_of(arrival, a)
  put_in_arrival(arrival, bundle, a.now)
  if bundle then
    wait_for_more(arrival, bundle, a)
  end
  return true
end

function verbs.accept(a)
  local changed, keys = {}, {}
  for _, arrival in ipairs(a.arrivals) do
    if is_new(arrival.update_id, a) and take(arrival, a) then
      changed[arrival.key] = true
    end
  end
  for key in pairs(changed) do
    refresh_ready(key)
    keys[#keys + 1] = key
  end
  return keys
end

-- ------------------------------------------------------------ claims

-- What a worker left behind, its lease over, is there for all again.
local function let_go(now)
  for _, key in ipairs(redis.call('ZRANGEBYSCORE', HELD, '-inf', whole(now))) do
    local row = conversation(key)
    redis.call('ZREM', HELD, key)
    keep(READY, row.ready_at, row.ready_at, key)
  end
end

local function is_ready(row, now)
  return row and row.ready_at and row.ready_at <= now and row.lease_until <= now
end

local function next_ready(now)
  let_go(now)
  while true do
    local key = up_to(READY, now, 1)[1]
    local row = key and conversation(key)
    if not key or is_ready(row, now) then
      return key, row
    end
    list(key, row) -- let go by a replica whose clock is ahead of this one
  end
end

local function one_ready(key, now)
  local row = conversation(key)
  if is_ready(row, now) then
    return key, row
  end
end

-- Set when an album was answered, so that a part that comes later is known to be late.
local function answered_mark(key, epoch, bundle)
  return 'answered:' .. key .. ':' .. whole(epoch) .. ':' .. bundle
end

local function with_its_bundle(key, head)
  if not head.bundle then
    return {head}
  end
  return messages(key, function(row)
    return row.bundle == head.bundle
  end)
end

local function take_messages(key, row)
  local head = first_message(key)
  local rows, attempt = with_its_bundle(key, head), 0
  for _, message in ipairs(rows) do
    set_message(message, {token = row.token, attempts = message.attempts + 1})
    attempt = math.max(attempt, message.attempts)
  end
  local is_late = head.bundle and has_mark(answered_mark(key, row.epoch, head.bundle))
  return rows, attempt, is_late
end

function verbs.claim(a)
  local key, row
  if a.only then
    key, row = one_ready(a.only, a.now)
  else
    key, row = next_ready(a.now)
  end
  if not key then
    return false
  end
  change(key, row, {token = row.token + 1, lease_until = a.now + a.lease})
  list(key, row)
  local parts, rows, attempt, is_late = waiting_parts(key), {}, 1, false
  if #parts == 0 then
    rows, attempt, is_late = take_messages(key, row)
  end
  local turn = row.turns + 1
  local is_stopped = row.stopped_turn == turn
  return {
    key, row.token, row.epoch, parts, texts_of(rows), attempt, is_late or false, turn,
    is_stopped, row.stream or false,
  }
end

-- The messages that the claim works on.
local function claimed(claim)
  return messages(claim.key, function(row)
    return row.token == claim.token
  end)
end

function verbs.renew(a)
  local row = conversation(a.claim.key)
  if not owns(row, a.claim) or row.lease_until == 0 then
    return false
  end
  change(a.claim.key, row, {lease_until = a.now + a.lease})
  list(a.claim.key, row)
  return true
end

function verbs.release(a)
  local key, row = a.claim.key, conversation(a.claim.key)
  if not owns(row, a.claim) then
    return
  end
  change(key, row, {
    token = row.token + 1, lease_until = 0,
    not_before = math.max(row.not_before, a.not_before), -- who only borrowed it ends no pause
  })
  for _, message in ipairs(claimed(a.claim)) do
    redis.call('HDEL', key_of('message', whole(message.id)), 'token')
    set_message(message, {attempts = message.attempts - (a.uncount and 1 or 0)})
  end
  refresh_ready(key)
end

local function bundles_of(rows)
  local bundles = {}
  for _, row in ipairs(rows) do
    if row.bundle then
      bundles[row.bundle] = true
    end
  end
  return bundles
end

function verbs.take_stragglers(a)
  local key = a.claim.key
  held(a.claim)
  if command_waits(key) then
    return {} -- what came after the command is not asked before it
  end
  local bundles = bundles_of(claimed(a.claim))
  local late = messages(key, function(row)
    return row.bundle and bundles[row.bundle] and not row.token
  end)
  for _, row in ipairs(late) do
    set_message(row, {token = a.claim.token, attempts = 1})
  end
  return texts_of(late)
end

function verbs.jumpers()
  local texts = {}
  for i, id in ipairs(redis.call('ZRANGE', JUMPS, 0, -1)) do
    texts[i] = text_of({id = tonumber(id)})
  end
  return texts
end

function verbs.count_waiting()
  return redis.call('ZCARD', MESSAGES)
end

-- The first that is free, and a short walk over the held: no further than could be earlier.
function verbs.next_wake(a)
  local first = redis.call('ZRANGE', READY, 0, 0)[1]
  local row = first and conversation(first)
  local wake_at = row and math.max(row.ready_at, row.lease_until > a.now and row.lease_until or 0)
  for _, key in ipairs(redis.call('ZRANGE', HELD, 0, -1)) do
    local other = conversation(key)
    if wake_at and other.lease_until >= wake_at then
      break
    end
    local at = other.ready_at and math.max(other.ready_at, other.lease_until)
    wake_at = at and math.min(at, wake_at or NEVER) or wake_at
  end
  return wake_at and math.max(wake_at, a.now) or false
end
