-- Which files a conversation shows, and how they leave it: ports.Ledger.

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
