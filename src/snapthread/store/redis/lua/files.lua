-- Rows of files at OpenAI, and the lists that they are in.

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
  local begun_at = whole(file.created_at)
  redis.call('ZADD', key_of('files', file.conversation), begun_at, file.name)
  redis.call('ZADD', key_of('owner_files', whole(file.owner)), begun_at, file.name)
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
