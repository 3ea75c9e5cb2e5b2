-- The lasting conversation of each user: ports.Conversations.
--
-- A line is one member of a list: '<tokens> <role> <photos> <its JSON>'. `first_line` counts the
-- lines that are left out of requests.

local function request_lines(key, first)
  local lines = {}
  for i, text in ipairs(redis.call('LRANGE', key_of('lines', key), whole(first), -1)) do
    local tokens, role, photos = string.match(text, '^(%d+) (%a+) (%d+) ')
    lines[i] = {tokens = tonumber(tokens), role = role, photos = tonumber(photos), text = text}
  end
  return lines
end

-- Never nothing: else halving would not end.
local function weight(line)
  return math.max(1, line.tokens)
end

-- Leave out older turns, so that the rest is within the budget; remembered, so that the beginning
-- of the next requests stays the same and is found in OpenAI's cache.
local function cut(key, row, lines, budget)
  local kept = #lines + 1
  for start = #lines, 1, -1 do
    budget = budget - weight(lines[start])
    if budget < 0 then
      break
    end
    if lines[start].role == 'user' then
      kept = start
    end
  end
  change(key, row, {first_line = row.first_line + kept - 1})
  return slice(lines, kept, #lines)
end

local function shown_photos(lines, question_files)
  local names = {}
  for _, line in ipairs(lines) do
    if line.photos > 0 then
      local told = cjson.decode(string.match(line.text, '^%d+ %a+ %d+ (.*)$'))
      for _, photo in ipairs(told.photos) do
        names[#names + 1] = photo.file
      end
    end
  end
  for _, name in ipairs(question_files) do
    names[#names + 1] = name
  end
  return names
end

-- By halves: so the beginning of the next requests stays the same for a while.
local function leave_window(a, lines)
  local files, shown = images(a.claim), {}
  for _, name in ipairs(shown_photos(lines, a.question_files)) do
    if files[name] then
      shown[#shown + 1] = files[name].name
    end
  end
  if #shown > a.max_images then
    local brought = math.min(#a.question_files, a.max_images)
    local stay = math.max(math.floor(a.max_images / 2), brought)
    retire_names(a.claim, slice(shown, 1, #shown - stay), a.now, 'window')
  end
end

local function live_pairs(claim)
  local live = {}
  for name, file in pairs(images(claim)) do
    live[#live + 1] = {name, file.openai_id}
  end
  return live
end

function verbs.compose(a)
  local key, row = a.claim.key, held(a.claim, a.now)
  retire_past_due(key, a.now)
  local lines, tokens, texts = request_lines(key, row.first_line), a.question_tokens, {}
  for _, line in ipairs(lines) do
    tokens = tokens + line.tokens
  end
  if tokens > a.max_tokens and #lines > 0 then
    lines = cut(key, row, lines, math.floor(a.max_tokens / 2) - a.question_tokens)
  end
  if a.max_images > 0 then
    leave_window(a, lines)
  end
  for i, line in ipairs(lines) do
    texts[i] = line.text
  end
  return {texts, live_pairs(a.claim), row.labels + 1, row.turns + 1}
end

function verbs.shorten(a)
  local row, weights = held(a.claim), 0
  local lines = request_lines(a.claim.key, row.first_line)
  for _, line in ipairs(lines) do
    weights = weights + weight(line)
  end
  if #lines > 0 then
    cut(a.claim.key, row, lines, math.floor(weights / 2))
  end
  return #lines > 0
end

-- ------------------------------------------------------------ the end of a turn

local function add_lines(key, row, a)
  for _, line in ipairs(a.lines) do
    redis.call('RPUSH', key_of('lines', key), line)
  end
  local labels = row.labels
  for _, photo in ipairs(a.photos) do
    labels = math.max(labels, photo.label)
  end
  change(key, row, {labels = labels, turns = row.turns + 1})
end

local function put_aside(key, rows, now)
  for _, row in ipairs(rows) do
    local update_id = whole(row.update_id)
    write(key_of('aside_message', update_id), {}, {
      conversation = key, update_id = row.update_id, kind = row.kind, attempts = row.attempts,
      put_aside_at = now, message = text_of(row),
    })
    redis.call('ZADD', ASIDE, whole(now), update_id)
    redis.call('ZADD', key_of('aside_of', key), update_id, update_id)
  end
end

local function leave_mailbox(claim, rows, a)
  for bundle in pairs(bundles_of(rows)) do
    if string.sub(bundle, 1, 6) == 'album:' then
      set_mark(answered_mark(claim.key, claim.epoch, bundle), a.now, a.now + a.seen)
    end
  end
  for _, row in ipairs(rows) do
    drop_message(claim.key, whole(row.id))
  end
end

function verbs.finish(a)
  local key, row = a.claim.key, held(a.claim)
  local rows, update_ids = claimed(a.claim), {}
  if #rows == 0 then
    refuse('LEASELOST', key) -- this turn has ended already
  end
  for _, message in ipairs(rows) do
    update_ids[message.update_id] = true
  end
  add_lines(key, row, a)
  attach(a.claim, a.photos)
  retire_rest(a.claim, update_ids, a.now)
  if a.dead_letter then
    put_aside(key, rows, a.now)
  end
  leave_mailbox(a.claim, rows, a)
  settle(key, a.note)
  local others_came = redis.call('EXISTS', key_of('inbox', key)) == 1
  local first = {reply_to = others_came and a.reply_to or nil, replaces = row.stream}
  redis.call('HDEL', key_of('conversation', key), 'stream')
  local parts = add_parts(key, a.to, a.replies, a.now, first)
  refresh_ready(key)
  return parts
end

function verbs.note_stream(a)
  change(a.claim.key, held(a.claim), {stream = a.message_id})
end

-- ------------------------------------------------------------ commands that jump the queue

-- How many files a reset would say that it deletes; none where the command is done with.
function verbs.count_reset(a)
  return waiting_command(a.key, a.update_id) and count_held(a.key) or false
end

local function drop_messages(key, last_id)
  for _, kind in ipairs({'inbox', 'commands'}) do
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', key_of(kind, key), '-inf', whole(last_id))) do
      drop_message(key, id)
    end
  end
end

local function begin_anew(key, row, last_id)
  drop_messages(key, last_id)
  redis.call('DEL', key_of('parts', key), key_of('lines', key))
  redis.call('HDEL', key_of('conversation', key), 'stopped_turn', 'stream')
  change(key, row, {
    epoch = row.epoch + 1, token = row.token + 1, lease_until = 0, not_before = 0, labels = 0,
    first_line = 0,
  })
end

-- Only where `files` is what `count_reset` would say still; else its answer.
function verbs.reset(a)
  local command, row = waiting_command(a.key, a.update_id), conversation(a.key)
  local files = command and count_held(a.key) or false
  if files ~= a.files then
    return files
  end
  -- Another process may be asking right now: its files stay until its lease is over.
  retire_conversation(a.key, math.max(a.now, row.lease_until))
  begin_anew(a.key, row, command.id)
  charge(a.key)
  add_parts(a.key, a.to, {a.say}, a.now)
  refresh_ready(a.key)
  return files
end

local function end_command(a, says)
  local command = waiting_command(a.key, a.update_id)
  if not command then
    return false
  end
  drop_message(a.key, whole(command.id))
  add_parts(a.key, a.to, says, a.now)
  refresh_ready(a.key)
  return true
end

function verbs.jumped(a)
  return end_command(a, a.replies)
end

-- The turn of the question that was asked first of those before the command.
local function turn_to_stop(a, command)
  local head, row = first_message(a.key), conversation(a.key)
  if not head or head.id > command.id or head.kind ~= 'question' then
    return nil
  end
  local turn = row.turns + 1
  return (not a.draft_id or a.draft_id == turn) and turn or nil
end

function verbs.stop(a)
  local command = waiting_command(a.key, a.update_id)
  if not command then
    return false
  end
  local turn = turn_to_stop(a, command)
  end_command(a, turn and {} or a.if_nothing)
  if turn then
    change(a.key, {}, {stopped_turn = turn})
  end
  return turn or false
end

-- ------------------------------------------------------------ parts

function verbs.say(a)
  if a.once and not set_mark('said:' .. a.once, a.now, a.again_at) then
    return false
  end
  ensure_conversation(a.key, a.first_token)
  add_parts(a.key, a.to, {a.say}, a.now, {reply_to = a.reply_to, replaces = a.replaces})
  refresh_ready(a.key)
  return true
end

function verbs.delivered(a)
  redis.call('ZREMRANGEBYSCORE', key_of('parts', a.key), whole(a.id), whole(a.id))
  refresh_ready(a.key)
end

function verbs.drop_parts(a)
  held(a.claim)
  local count = redis.call('ZCARD', key_of('parts', a.claim.key))
  redis.call('DEL', key_of('parts', a.claim.key))
  refresh_ready(a.claim.key)
  return count
end
