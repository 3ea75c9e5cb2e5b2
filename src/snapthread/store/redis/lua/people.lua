-- Everything that is held on one person: to be shown, to be erased.

local function retire_owned(user_id, due_at)
  local files = files_of(key_of('owner_files', whole(user_id)), function(file)
    return is_to_go(file)
  end)
  for _, file in ipairs(files) do
    retire_file(file, 'erased', due_at)
  end
  return #files
end

local function forget_marks(key, user_id)
  clear_mark('full:' .. key)
  clear_mark('said:storage:' .. whole(user_id))
  clear_mark('said:adopted:' .. whole(user_id))
  local prefix = 'answered:' .. key .. ':'
  local found = redis.call('ZRANGEBYLEX', MARK_NAMES, '[' .. prefix, '(' .. prefix .. '\255')
  for _, name in ipairs(found) do
    clear_mark(name)
  end
end

local function count_messages(key)
  return redis.call('ZCARD', key_of('inbox', key)) + redis.call('ZCARD', key_of('commands', key))
    + redis.call('ZCARD', key_of('aside_of', key))
end

local function drop_conversation(key)
  drop_messages(key, NEVER)
  for _, update_id in ipairs(redis.call('ZRANGE', key_of('aside_of', key), 0, -1)) do
    drop_aside(key, update_id)
  end
  redis.call('DEL', key_of('parts', key), key_of('lines', key), key_of('conversation', key))
  redis.call('ZREM', READY, key)
  redis.call('ZREM', HELD, key)
end

function verbs.erase(a)
  if a.asked_by and not waiting_command(a.key, a.asked_by) then
    return {0, 0, 0, 0} -- another process has done it
  end
  local row = conversation(a.key)
  -- A process may be asking right now: its files stay until its lease is over.
  local files = retire_owned(a.user_id, math.max(a.now, row and row.lease_until or 0))
  local erased = {
    files, redis.call('LLEN', key_of('lines', a.key)), count_messages(a.key),
    redis.call('ZCARD', key_of('parts', a.key)),
  }
  drop_conversation(a.key)
  redis.call('ZREM', BLOCKED, whole(a.user_id))
  forget_marks(a.key, a.user_id)
  charge(a.key)
  erase_records(whole(a.user_id))
  if a.say then
    ensure_conversation(a.key, a.first_token)
    add_parts(a.key, a.to, {a.say}, a.now, {reply_to = a.reply_to, replaces = a.replaces})
    refresh_ready(a.key)
  end
  return erased
end

-- Files of a person that are, or may be, at OpenAI.
function verbs.files_of(a)
  return redis.call('ZCARD', key_of('owner_files', whole(a.user_id)))
end

function verbs.bytes_of(a)
  local size_bytes = 0
  for _, name in ipairs(redis.call('ZRANGE', key_of('owner_files', whole(a.user_id)), 0, -1)) do
    size_bytes = size_bytes + pick(key_of('file', name), {'size_bytes'}).size_bytes
  end
  return size_bytes
end

local function waiting_texts(key)
  local texts = {}
  for _, kind in ipairs({'inbox', 'commands'}) do
    for _, id in ipairs(redis.call('ZRANGE', key_of(kind, key), 0, -1)) do
      texts[#texts + 1] = {tonumber(id), text_of({id = tonumber(id)})}
    end
  end
  table.sort(texts, function(one, other) return one[1] < other[1] end)
  return texts
end

local function aside_texts(key)
  local texts = {}
  for i, update_id in ipairs(redis.call('ZRANGE', key_of('aside_of', key), 0, -1)) do
    texts[i] = redis.call('HGET', key_of('aside_message', update_id), 'message')
  end
  return texts
end

-- lines, files, {id, message that waits}, messages put aside, parts, sums of days, records
function verbs.export(a)
  local days, turns = used(whole(a.user_id))
  local files = files_of(key_of('owner_files', whole(a.user_id)), function() return true end)
  return {
    redis.call('LRANGE', key_of('lines', a.key), 0, -1),
    all_as_files(files),
    waiting_texts(a.key),
    aside_texts(a.key),
    waiting_parts(a.key),
    days,
    turns,
  }
end

-- The first generation kept no more than the ids.
function verbs.adopt(a)
  ensure_conversation(a.key, a.first_token)
  local known, count = as_set(known_ids(a.user_id)), 0
  local epoch = conversation(a.key).epoch
  for _, id in ipairs(a.openai_ids) do
    if not known[id] then
      known[id], count = true, count + 1
      make_retired({
        name = 'adopted-' .. whole(a.user_id) .. '-' .. id, conversation = a.key, epoch = epoch,
        owner = a.user_id, openai_id = id, due_at = a.due_at, reason = 'adopted',
      }, a.now)
    end
  end
  if count > 0 and set_mark('said:adopted:' .. whole(a.user_id), a.now) then
    add_parts(a.key, a.to, {a.say}, a.now)
    refresh_ready(a.key)
  end
  return count
end

-- The first time counts; without `at`, the person came back.
function verbs.note_blocked(a)
  if a.at then
    redis.call('ZADD', BLOCKED, 'NX', whole(a.at), whole(a.user_id))
  else
    redis.call('ZREM', BLOCKED, whole(a.user_id))
  end
end

function verbs.blocked_before(a)
  return up_to(BLOCKED, a.before, a.limit)
end
