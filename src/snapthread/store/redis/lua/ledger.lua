-- The life of every file at OpenAI: ports.Ledger. First uploads, at the end deletions.

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

-- ------------------------------------------------------------ deletions

local function as_deletion(file)
  return {file.name, file.openai_id or false, file.reason or '', file.attempts, file.created_at}
end

function verbs.files_due(a)
  local found = {}
  for i, name in ipairs(up_to(DUE, a.now, a.limit)) do
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
