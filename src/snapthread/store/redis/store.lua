-- The one script that runs on the server. ARGV[2] is a JSON list of steps, run in order, all at one
-- moment. A step is a list whose first item is its kind: one that reads, a guard, or one that writes:
--   ["row", "snapthread:row:jobs:poll"]                  its reply is one of the list that we return
--   ["is", "snapthread:scope:user:7", "3fa9.12"]         if this text is another, we return nothing
--   ["call", "SET", "snapthread:row:jobs:poll", "[…]"]   guards come before the steps that write
-- No rule of ours is here (decision 0018). ARGV[1], 'read' or 'commit', is for whoever looks on.
local AT_ONCE = 4000 -- what Lua hands over at once
local function listed(texts) return '[' .. table.concat(texts, ',') .. ']' end

-- read: the reply is JSON. A row is that already; one of sums is a hash, its fields and values in turn.
local read = {}

local function hash(key)
  local flat = redis.call('HGETALL', key)
  return #flat == 0 and 'null' or cjson.encode(flat)
end

function read.row(step) return redis.call('GET', step[2]) or 'null' end
function read.sums(step) return hash(step[2]) end

function read.version(step)
  local version = redis.call('GET', step[2])
  return version and '"' .. version .. '"' or 'null'
end

function read.count(step) return redis.call('ZLEXCOUNT', step[2], step[3], step[4]) end

-- A member is what rows are sorted by, a space, and the end of the row's name.
local function names_of(members, prefix)
  for i, member in ipairs(members) do
    members[i] = prefix .. string.match(member, '^[^ ]* (.*)$')
  end
  return members
end

local function rows_of(names)
  local texts = {}
  for first = 1, #names, AT_ONCE do
    local last = math.min(first + AT_ONCE - 1, #names)
    for _, text in ipairs(redis.call('MGET', unpack(names, first, last))) do
      texts[#texts + 1] = text or nil
    end
  end
  return texts
end

-- index, its first and last member, the most rows (or -1), from the end?, names, are they sums?
function read.range(step)
  local _, index, low, high, limit, is_reversed, prefix, are_sums = unpack(step)
  local command, first, last = 'ZRANGEBYLEX', low, high
  if is_reversed then
    command, first, last = 'ZREVRANGEBYLEX', high, low
  end
  local names = names_of(redis.call(command, index, first, last, 'LIMIT', 0, limit), prefix)
  if not are_sums then
    return listed(rows_of(names))
  end
  for i, name in ipairs(names) do
    names[i] = hash(name)
  end
  return listed(names)
end

-- Guards: each claims what a key holds; where one is wrong nothing after it is done.
local guards = {
  is = function(step)
    local text = redis.call('GET', step[2]) or ''
    for i = 3, #step do if text == step[i] then return true end end
    return false
  end,
  sums_are = function(step)
    for i = 3, #step, 2 do
      if (redis.call('HGET', step[2], step[i]) or '0') ~= step[i + 1] then return false end
    end
    return true
  end,
  at_most = function(step)
    return tonumber(redis.call('HGET', step[2], step[3]) or 0) <= tonumber(step[4])
  end,
}

local writes = {
  call = function(step) redis.call(unpack(step, 2)) end,
  -- to sums that are named here, or to those that are there
  add = function(step)
    local _, name, named, sums = unpack(step)
    if #named > 0 then redis.call('HSET', name, unpack(named)) end
    if #named == 0 and redis.call('EXISTS', name) == 0 then return end
    for i = 1, #sums, 2 do redis.call('HINCRBY', name, sums[i], sums[i + 1]) end
  end,
  -- a scope's version goes with the row that it is named by
  mark = function(step)
    if redis.call('EXISTS', step[3]) == 1 then
      redis.call('SET', step[2], step[4])
    else
      redis.call('DEL', step[2])
    end
  end,
}

local replies = {}
for _, step in ipairs(cjson.decode(ARGV[2])) do
  local kind = step[1]
  if read[kind] then
    replies[#replies + 1] = read[kind](step)
  elseif writes[kind] then
    writes[kind](step)
  elseif not guards[kind](step) then
    return false
  end
end
return listed(replies)
