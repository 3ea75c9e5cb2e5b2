-- Everything that is held on one person: to be shown, to be erased.

local function retire_owned(user_id, due_at)
  local files = files_of(key_of('owner_files', whole(user_id)), function(file)
    return file.state ~= 'retired'
  end)
  for _, file in ipairs(files) do
    retire_file(file, file.reason or 'erased', due_at)
  end
  return #files
end

local function forget_marks(key, user_id)
  clear_mark('full:' .. key)
  clear_mark('said:storage:' .. whole(user_id))
  local prefix = 'answered:' .. key .. ':'
  local found = redis.call('ZRANGEBYLEX', MARK_NAMES, '[' .. prefix, '(' .. prefix .. '\255')
  for _, name in ipairs(found) do
    clear_mark(name)
  end
end

local function count_messages(key)
  return redis.call('ZCARD', key_of('inbox', key)) + redis.call('ZCARD', key_of('commands', key))
    + redis.call('HLEN', key_of('aside', key))
end

local function drop_conversation(key)
  drop_messages(key, NEVER)
  redis.call('DEL', key_of('parts', key), key_of('lines', key), key_of('aside', key),
    key_of('conversation', key))
  redis.call('ZREM', READY, key)
  redis.call('ZREM', HELD, key)
end

function verbs.erase(a)
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

-- lines, files, {id, message}, {update id, what was put aside}, parts
function verbs.export(a)
  local files = files_of(key_of('owner_files', whole(a.user_id)), function() return true end)
  return {
    redis.call('LRANGE', key_of('lines', a.key), 0, -1),
    all_as_files(files),
    waiting_texts(a.key),
    redis.call('HGETALL', key_of('aside', a.key)),
    waiting_parts(a.key),
  }
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
  return redis.call('ZRANGEBYSCORE', BLOCKED, '-inf', whole(a.before), 'LIMIT', 0, whole(a.limit))
end
