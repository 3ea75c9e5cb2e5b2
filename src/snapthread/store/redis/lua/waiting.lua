-- What waits in a conversation, parts to deliver and messages, and when that makes it ready.

-- ------------------------------------------------------------ parts to deliver

-- to, says: JSON of ours. `first`: what only the first part has, reply_to and replaces.
-- Each becomes a member of the list: JSON whose values are all text.
local function add_parts(key, to, says, now, first)
  local parts = {}
  for number, say in ipairs(says) do
    local id = new_id()
    local part = {id = whole(id), to = to, say = say, at = whole(now)}
    if number == 1 and first then
      part.reply_to = first.reply_to and whole(first.reply_to)
      part.replaces = first.replaces and whole(first.replaces)
    end
    parts[number] = cjson.encode(part)
    redis.call('ZADD', key_of('parts', key), whole(id), parts[number])
  end
  return parts
end

local function waiting_parts(key)
  return redis.call('ZRANGE', key_of('parts', key), 0, -1)
end

-- ------------------------------------------------------------ messages that wait

local FACTS = {
  'id', 'update_id', 'conversation', 'kind', 'bundle', 'token',
  'arrived_at', 'ready_at', 'attempts',
}

local function facts_of(id)
  return pick(key_of('message', id), FACTS)
end

local function text_of(row)
  return redis.call('HGET', key_of('message', whole(row.id)), 'message')
end

-- All of them, or those of one bundle that `is_wanted`, oldest first; no command that jumps.
local function messages(key, is_wanted)
  local rows = {}
  for _, id in ipairs(redis.call('ZRANGE', key_of('inbox', key), 0, -1)) do
    local row = facts_of(id)
    if not is_wanted or is_wanted(row) then
      rows[#rows + 1] = row
    end
  end
  return rows
end

local function first_message(key)
  local id = redis.call('ZRANGE', key_of('inbox', key), 0, 0)[1]
  return id and facts_of(id)
end

local function texts_of(rows)
  local texts = {}
  for i, row in ipairs(rows) do
    texts[i] = text_of(row)
  end
  return texts
end

local function drop_message(key, id)
  redis.call('ZREM', key_of('inbox', key), id)
  redis.call('ZREM', key_of('commands', key), id)
  redis.call('ZREM', JUMPS, id)
  redis.call('ZREM', MESSAGES, id)
  redis.call('DEL', key_of('message', id))
end

local function set_message(row, fields)
  write(key_of('message', whole(row.id)), row, fields)
end

local function command_waits(key)
  return redis.call('EXISTS', key_of('commands', key)) == 1
end

-- The waiting command that this update brought; nil where it is done with.
local function waiting_command(key, update_id)
  local found
  for _, id in ipairs(redis.call('ZRANGE', key_of('commands', key), 0, -1)) do
    local row = facts_of(id)
    if row.update_id == update_id then
      found = row
    end
  end
  return found
end

-- ------------------------------------------------------------ when there is work

local function work_at(key)
  local part = redis.call('ZRANGE', key_of('parts', key), 0, 0)[1]
  if part then
    return tonumber(cjson.decode(part).at)
  end
  local head = not command_waits(key) and first_message(key)
  return head and head.ready_at
end

-- Work out anew when the conversation has work: parts first, else its oldest message.
-- While a command that jumps the queue waits, no message is work: it would be asked on what the
-- command is about to end.
local function refresh_ready(key)
  local row = conversation(key)
  if not row then
    return
  end
  local at = work_at(key)
  if at then
    change(key, row, {ready_at = math.max(row.not_before, at)})
  else
    row.ready_at = nil
    redis.call('HDEL', key_of('conversation', key), 'ready_at')
  end
  list(key, row)
end
