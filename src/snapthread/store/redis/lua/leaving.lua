-- Images that leave their conversations, what reconcile asks of the ledger, and jobs.

local STEP = 100

-- Files past due that nobody asks with, oldest first.
local function leaving_files(a)
  local files, offset = {}, 0
  repeat
    local names = up_to(LEAVING, a.now, STEP, offset)
    for _, name in ipairs(names) do
      local file = read_file(name)
      if #files < a.limit and not is_held(file.conversation, a.now) then
        files[#files + 1] = file
      end
    end
    offset = offset + STEP
  until #names < STEP or #files >= a.limit
  return files
end

-- A holder that was paused past its lease gets one lease more to notice before the file is
-- deleted.
function verbs.retire_leaving(a)
  local files = leaving_files(a)
  for _, file in ipairs(files) do
    local was_held = is_held(file.conversation, 0)
    retire_file(file, 'retention', a.now + (was_held and a.lease or 0))
  end
  return #files
end

local function is_waited_for(file)
  return #messages(file.conversation, function(row)
    return row.update_id == file.update_id
  end) > 0
end

function verbs.retire_stranded(a)
  local count = 0
  for _, name in ipairs(redis.call('ZRANGE', UPLOADED, 0, -1)) do
    local file = read_file(name)
    if not is_held(file.conversation, a.now) and not is_waited_for(file) then
      retire_file(file, 'stranded', a.now)
      count = count + 1
    end
  end
  return count
end

function verbs.count_unsettled(a)
  return redis.call('ZCOUNT', INTENTS, '-inf', whole(a.old))
end

-- What is still to leave or to be deleted.
function verbs.count_remaining(a)
  return redis.call('ZCARD', RETIRED) + redis.call('ZCOUNT', LEAVING, '-inf', whole(a.now))
end

-- Law 3's third caller: the oldest images of the owner leave until the new one fits.
function verbs.make_room(a)
  held(a.claim)
  local files = claims_files(a.claim, function(file)
    return file.state ~= 'retired'
  end)
  local excess, leaving = a.size_bytes - a.room_bytes, {}
  for _, file in ipairs(files) do
    excess = excess + file.size_bytes
  end
  for _, file in ipairs(files) do
    if excess > 0 and file.state == 'live' then
      leaving[#leaving + 1] = file.name
      excess = excess - file.size_bytes
    end
  end
  if excess > 0 then
    refuse('NOROOM', a.claim.key)
  end
  return retire_names(a.claim, leaving, a.now, 'storage')
end

-- Law 3's fourth caller: an image leaves, and with it the album that it came in.
function verbs.forget(a)
  held(a.claim)
  local albums, labels = {}, {}
  for _, file in ipairs(claims_files(a.claim, function(file)
    return file.unique_id == a.unique_id and file.album_id
  end)) do
    albums[file.album_id] = true
  end
  for _, file in ipairs(claims_files(a.claim, function(file)
    return file.state == 'live' and (file.unique_id == a.unique_id or albums[file.album_id or ''])
  end)) do
    retire_file(file, 'forgotten', a.now)
    labels[#labels + 1] = file.label
  end
  table.sort(labels)
  return labels
end

function verbs.borrow(a)
  local row = conversation(a.key)
  if not row or row.lease_until > a.now then
    return false
  end
  change(a.key, row, {token = row.token + 1, lease_until = a.now + a.lease})
  list(a.key, row)
  return {row.token, row.epoch}
end

-- By its name while its id is not written down yet, else by its id.
local function is_known(name, openai_id)
  for _, each in ipairs({name, name .. ':' .. openai_id}) do
    local file = read_file(each)
    if file and (file.openai_id or openai_id) == openai_id then
      return true
    end
  end
  return false
end

function verbs.unknown(a)
  local ids = {}
  for _, file in ipairs(a.files) do
    if not is_known(file[1], file[2]) then
      ids[#ids + 1] = file[2]
    end
  end
  return ids
end

function verbs.live_after(a)
  local from, files = a.name and '(' .. a.name or '-', {}
  local names = redis.call('ZRANGEBYLEX', SHOWN_NAMES, from, '+', 'LIMIT', 0, whole(a.limit))
  for i, name in ipairs(names) do
    files[i] = read_file(name)
  end
  return all_as_files(files)
end

-- One process does a job at a time; who has it keeps it by taking it again.
function verbs.take_job(a)
  local job = read(key_of('job', a.job))
  if job and job.owner_name ~= a.owner and job.ends_at > a.now then
    return false
  end
  write(key_of('job', a.job), {}, {owner_name = a.owner, ends_at = a.now + a.lease})
  return true
end
