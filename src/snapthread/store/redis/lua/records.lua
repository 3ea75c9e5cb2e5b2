-- What was used: ports.Records.
--
-- A note is JSON of ours on one record: its `id`, `at` and `user_id`, what quotas count of it
-- (`amounts`), its `share` of the sums of its `day` and `model`, and `record`, which only we read.

local AT_DIGITS = 16

-- Names whose order is that of the records: by time, then by id.
local function record_name(at, id)
  return string.format('%0' .. AT_DIGITS .. '.0f:', at) .. id
end

local function drop_record(name)
  local key = key_of('record', string.sub(name, AT_DIGITS + 2))
  local user_id = redis.call('HGET', key, 'user_id')
  redis.call('DEL', key)
  redis.call('ZREM', RECORDS, name)
  redis.call('ZREM', key_of('records_of', user_id), name)
end

local function add_share(user_id, day, model, share)
  local name = day .. ':' .. user_id .. ':' .. model
  redis.call('ZADD', DAYS, 0, name)
  redis.call('ZADD', key_of('days_of', user_id), 0, name)
  redis.call('HSET', key_of('daily', name), 'user_id', user_id, 'day', day, 'model', model)
  for sum, more in pairs(share) do
    redis.call('HINCRBY', key_of('daily', name), sum, whole(more))
  end
end

-- The record, and its share of the day; who was only refused used nothing. One of the same id is
-- written over.
local function add_record(note)
  local key, name, user_id = key_of('record', note.id), record_name(note.at, note.id),
    whole(note.user_id)
  local known_at = redis.call('HGET', key, 'at')
  if known_at then
    drop_record(record_name(tonumber(known_at), note.id))
  end
  redis.call('HSET', key, 'at', whole(note.at), 'user_id', user_id, 'record', note.record)
  redis.call('ZADD', RECORDS, 0, name)
  redis.call('ZADD', key_of('records_of', user_id), 0, name)
  if next(note.share) then
    add_share(user_id, note.day, note.model, note.share)
  end
end

function verbs.note_delivered(a)
  if redis.call('EXISTS', key_of('record', a.id)) == 1 then
    redis.call('HSET', key_of('record', a.id), 'delivered_ms', whole(a.delivered_ms))
  end
end

-- Each as its fields and their values, one after the other.
local function daily_rows(list_key, since)
  local rows = {}
  for i, name in ipairs(redis.call('ZRANGEBYLEX', list_key, '[' .. since, '+')) do
    rows[i] = redis.call('HGETALL', key_of('daily', name))
  end
  return rows
end

function verbs.usage(a)
  return daily_rows(a.user_id and key_of('days_of', whole(a.user_id)) or DAYS, a.since)
end

-- Each as its JSON, and when it was delivered.
local function turns_of(names)
  local turns = {}
  for i, name in ipairs(names) do
    local key = key_of('record', string.sub(name, AT_DIGITS + 2))
    turns[i] = redis.call('HMGET', key, 'record', 'delivered_ms')
  end
  return turns
end

function verbs.records_after(a)
  local after = '(' .. record_name(a.at, a.id)
  return turns_of(redis.call('ZRANGEBYLEX', RECORDS, after, '+', 'LIMIT', 0, whole(a.limit)))
end

local function drop_records_up_to(at, limit)
  local last = '(' .. record_name(at + 1, '')
  local names = redis.call('ZRANGEBYLEX', RECORDS, '-', last, 'LIMIT', 0, whole(limit))
  for _, name in ipairs(names) do
    drop_record(name)
  end
  return #names
end

-- ------------------------------------------------------------ one person

-- What all of it cost stays true, of nobody in particular.
local function erase_records(user_id)
  for _, name in ipairs(redis.call('ZRANGE', key_of('records_of', user_id), 0, -1)) do
    drop_record(name)
  end
  for _, name in ipairs(redis.call('ZRANGE', key_of('days_of', user_id), 0, -1)) do
    local share = read(key_of('daily', name))
    local day, model = share.day, share.model
    share.user_id, share.day, share.model = nil, nil, nil
    redis.call('DEL', key_of('daily', name))
    redis.call('ZREM', DAYS, name)
    redis.call('ZREM', key_of('days_of', user_id), name)
    add_share('0', day, model, share)
  end
end

-- rows of the sums, records
local function used(user_id)
  local names = redis.call('ZRANGE', key_of('records_of', user_id), 0, -1)
  return daily_rows(key_of('days_of', user_id), ''), turns_of(names)
end
