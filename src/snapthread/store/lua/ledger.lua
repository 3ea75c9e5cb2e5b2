-- The life of every file at OpenAI: ports.Ledger.

local function read_file(name)
  return read(key_of('file', name))
end

local function is_shown(file)
  return file.state == 'uploaded' or file.state == 'live'
end

-- Each list holds what one question looks for; nothing else changes them.
local function place_file(file)
  local is_retired = file.state == 'retired'
  keep(RETIRED, is_retired, file.created_at, file.name)
  keep(DUE, is_retired and file.openai_id, file.due_at, file.name)
  keep(INTENTS, not file.openai_id, file.created_at, file.name)
  keep(LEAVING, is_shown(file), file.leaves_at, file.name)
  keep(UPLOADED, file.state == 'uploaded', file.created_at, file.name)
  keep(SHOWN_NAMES, is_shown(file), 0, file.name)
end

-- The id first: where another program made that key something else, nothing is written.
local function change_file(file, fields)
  if fields.openai_id then
    redis.call('SADD', user_files_key(file.owner), fields.openai_id)
  end
  write(key_of('file', file.name), file, fields)
  place_file(file)
end

local function make_file(file)
  change_file({name = file.name, owner = file.owner}, file)
  for _, key in ipairs({key_of('files', file.conversation), key_of('owner_files', whole(file.owner))}) do
    redis.call('ZADD', key, whole(file.created_at), file.name)
  end
end

local function drop_file(file)
  if file.openai_id then
    redis.call('SREM', user_files_key(file.owner), file.openai_id)
  end
  redis.call('DEL', key_of('file', file.name))
  redis.call('ZREM', key_of('files', file.conversation), file.name)
  redis.call('ZREM', key_of('owner_files', whole(file.owner)), file.name)
  for _, list_of_names in ipairs({RETIRED, DUE, INTENTS, LEAVING, UPLOADED, SHOWN_NAMES}) do
    redis.call('ZREM', list_of_names, file.name)
  end
end

local function retire_file(file, reason, due_at)
  change_file(file, {state = 'retired', reason = reason, due_at = due_at})
end

-- The files of a conversation or of an owner, oldest first.
local function files_of(list_key, is_wanted)
  local files = {}
  for _, name in ipairs(redis.call('ZRANGE', list_key, 0, -1)) do
    local file = read_file(name)
    if is_wanted(file) then
      files[#files + 1] = file
    end
  end
  return files
end

-- Of this claim's conversation and epoch.
local function claims_files(claim, is_wanted)
  return files_of(key_of('files', claim.key), function(file)
    return file.epoch == claim.epoch and is_wanted(file)
  end)
end

local function as_file(file)
  return {
    file.name, file.conversation, file.epoch, file.owner, file.state, file.stands_for,
    file.telegram_id, file.unique_id, file.label or false, file.openai_id or false,
    file.size_bytes, file.width, file.height, file.created_at,
  }
end

local function all_as_files(files)
  local found = {}
  for i, file in ipairs(files) do
    found[i] = as_file(file)
  end
  return found
end

-- ------------------------------------------------------------ uploads

local function is_asked(claim, update_id)
  return #messages(claim.key, function(row)
    return row.token == claim.token and row.update_id == update_id
  end) > 0
end

-- What earlier attempts began for this image of this message, to stand for the same.
local function same_image(claim, wanted)
  return claims_files(claim, function(file)
    return (file.state == 'intended' or file.state == 'uploaded')
      and file.update_id == wanted.update_id
      and file.place == wanted.place
      and file.unique_id == wanted.unique_id
      and file.stands_for == (wanted.stands_for or file.name)
  end)
end

-- One that was told before, but whose reply was lost, is written over.
local function make_intent(claim, wanted, now)
  local file = {
    conversation = claim.key, epoch = claim.epoch, state = 'intended',
    stands_for = wanted.stands_for or wanted.name, created_at = now, attempts = 0,
  }
  for field, value in pairs(wanted) do
    file[field] = value
  end
  make_file(file)
  return as_file(file)
end

function verbs.intend(a)
  held(a.claim)
  if not a.file.stands_for and not is_asked(a.claim, a.file.update_id) then
    refuse('LEASELOST', a.claim.key) -- its turn has ended: nobody would retire the file
  end
  for _, file in ipairs(same_image(a.claim, a.file)) do
    if file.state == 'intended' then
      change_file(file, {state = 'retired', reason = 'cut off'})
    elseif file.leaves_at > a.now then
      return as_file(file)
    end
  end
  return make_intent(a.claim, a.file, a.now)
end

-- A file of which only the id is known: it is to be deleted.
local function make_retired(file, now)
  file.state, file.stands_for, file.created_at, file.attempts = 'retired', file.name, now, 0
  file.telegram_id, file.unique_id = '', ''
  file.size_bytes, file.width, file.height = 0, 0, 0
  make_file(file)
end

-- Whatever became of the intent, the file is there: it is written down, to be deleted.
-- A second file of one name gets a row of its own, so that the first is not forgotten.
local function record_unwanted(file, a)
  local is_second = file and file.openai_id and file.openai_id ~= a.openai_id
  local name = is_second and a.name .. ':' .. a.openai_id or a.name
  local known = read_file(name)
  if known then
    change_file(known, {
      state = 'retired', openai_id = a.openai_id, due_at = a.now, attempts = 0,
      reason = known.reason or 'unwanted',
    })
    return
  end
  file = file or {conversation = '', epoch = 0, owner = 0}
  make_retired({
    name = name, conversation = file.conversation, epoch = file.epoch, owner = file.owner,
    openai_id = a.openai_id, due_at = a.now, reason = 'unwanted',
  }, a.now)
end

function verbs.uploaded(a)
  local file = read_file(a.name)
  local talk = file and conversation(file.conversation)
  if talk and file.state == 'intended' and file.epoch == talk.epoch then
    change_file(file, {
      state = 'uploaded', openai_id = a.openai_id, leaves_at = a.leaves_at,
      expires_at = a.expires_at,
    })
    return true
  end
  if file and is_shown(file) and file.openai_id == a.openai_id then
    return true -- the same upload was told before
  end
  record_unwanted(file, a)
  return false
end

function verbs.give_up(a)
  local file = read_file(a.name)
  if not file or file.openai_id then
    return
  end
  if a.unknown then
    retire_file(file, 'upload unknown', a.now)
  else
    drop_file(file)
  end
end

-- ------------------------------------------------------------ what a conversation shows

function verbs.label_of(a)
  local label = false
  for _, file in ipairs(claims_files(a.claim, function(file)
    return file.state == 'live' and file.unique_id == a.unique_id
  end)) do
    label = math.max(label or 0, file.label)
  end
  return label
end

-- By the name in the conversation's lines, one file for each image of the conversation and of the
-- claim; until a lost one is restored, it is the lost one.
local function images(claim, but)
  local found = {}
  for _, state in ipairs({'uploaded', 'live'}) do
    local files = claims_files(claim, function(file)
      return file.state == state and file.name ~= but
    end)
    for i = #files, 1, -1 do
      found[files[i].stands_for] = files[i]
    end
  end
  return found
end

-- The conversation holds these files from now on.
local function attach(claim, photos)
  local files = images(claim)
  for _, photo in ipairs(photos) do
    local file = files[photo.file]
    if file and file.state == 'uploaded' then
      change_file(file, {state = 'live', label = photo.label})
    end
  end
end

-- What these messages brought and the conversation did not take.
local function retire_rest(claim, update_ids, now)
  local files = claims_files(claim, function(file)
    return update_ids[file.update_id or 'none']
      and (file.state == 'intended' or file.state == 'uploaded')
  end)
  for _, file in ipairs(files) do
    retire_file(file, 'turn failed', now)
  end
end

-- Law 5: what is as old as it may get leaves the conversation before the next question.
local function retire_past_due(key, now)
  local files = files_of(key_of('files', key), function(file)
    return is_shown(file) and file.leaves_at <= now
  end)
  for _, file in ipairs(files) do
    retire_file(file, 'retention', now)
  end
end

-- What was adopted waits for this, although it is retired from the beginning.
local function is_to_go(file)
  return file.state ~= 'retired' or file.reason == 'adopted'
end

local function retire_conversation(key, due_at)
  local files = files_of(key_of('files', key), function(file)
    return is_to_go(file)
  end)
  for _, file in ipairs(files) do
    retire_file(file, 'reset', due_at)
  end
end

-- Files of the conversation that are, or may be, at OpenAI.
local function count_held(key)
  return redis.call('ZCARD', key_of('files', key))
end

local function retire_names(claim, names, now, reason)
  local count = 0
  for _, name in ipairs(names) do
    local file = read_file(name)
    if file and file.conversation == claim.key and file.epoch == claim.epoch and is_shown(file) then
      retire_file(file, reason, now)
      count = count + 1
    end
  end
  return count
end

function verbs.retire(a)
  held(a.claim)
  return retire_names(a.claim, a.names, a.now, a.reason)
end

function verbs.named(a)
  local wanted, newest_first = as_set(a.openai_ids), {}
  local files = claims_files(a.claim, function(file)
    return is_shown(file) and wanted[file.openai_id]
  end)
  for i = #files, 1, -1 do
    newest_first[#newest_first + 1] = as_file(files[i])
  end
  return newest_first
end

function verbs.restored(a)
  held(a.claim)
  local new = read_file(a.name)
  if not new or new.state ~= 'uploaded' or new.conversation ~= a.claim.key
    or new.epoch ~= a.claim.epoch then
    return false
  end
  local lost = images(a.claim, a.name)[new.stands_for]
  if not lost then
    retire_file(new, 'unwanted', a.now)
    return false
  end
  -- an image of the question itself stays an upload until the turn ends
  local state, label, album_id = lost.state, lost.label, lost.album_id
  retire_file(lost, 'vanished', a.now)
  change_file(new, {state = state, label = label, album_id = album_id})
  return true
end

-- ------------------------------------------------------------ deletions

local function as_deletion(file)
  return {file.name, file.openai_id or false, file.reason or '', file.attempts, file.created_at}
end

function verbs.files_due(a)
  local found = {}
  for i, name in ipairs(redis.call('ZRANGEBYSCORE', DUE, '-inf', whole(a.now), 'LIMIT', 0, whole(a.limit))) do
    local file = read_file(name)
    change_file(file, {due_at = a.now + a.lease, attempts = file.attempts + 1})
    found[i] = as_deletion(file)
  end
  return found
end

function verbs.intents_due(a)
  local found = {}
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', INTENTS, '-inf', whole(a.old))) do
    if #found >= a.limit then
      break
    end
    local file = read_file(name)
    if file.state == 'intended' or (file.due_at or 0) <= a.now then
      change_file(file, {
        state = 'retired', reason = file.reason or 'cut off', due_at = a.again,
        attempts = file.attempts + 1,
      })
      found[#found + 1] = as_deletion(file)
    end
  end
  return found
end

-- Only what a deletion or a search was begun for: what was recorded meanwhile stays.
function verbs.gone(a)
  local file = read_file(a.name)
  if file and file.state == 'retired' and (not file.openai_id or file.attempts > 0) then
    drop_file(file)
  end
end

function verbs.try_later(a)
  local file = read_file(a.name)
  if file and file.state == 'retired' then
    change_file(file, {due_at = a.at})
  end
end

-- What the ledger knows; the shared set may hold more.
local function known_ids(owner)
  local ids = {}
  for _, name in ipairs(redis.call('ZRANGE', key_of('owner_files', whole(owner)), 0, -1)) do
    ids[#ids + 1] = pick(key_of('file', name), {'openai_id'}).openai_id
  end
  return ids
end

function verbs.user_files(a)
  return known_ids(a.owner)
end
