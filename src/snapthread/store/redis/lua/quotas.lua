-- What may be used: ports.Quotas. A reservation keeps two notes as text: what is charged where
-- nobody says better (`note`), and what where the attempt broke off (`broken`).

local BOT = 'bot' -- the payer of everything
local UNITS = {'messages', 'images', 'cost_micros'}
local CHECKS = { -- the limits: where each counts, and what
  {'user_daily_messages', 'day', 'messages'},
  {'user_daily_images', 'day', 'images'},
  {'user_daily_cost', 'day', 'cost_micros'},
  {'user_monthly_cost', 'month', 'cost_micros'},
  {'bot_monthly_cost', 'bot_month', 'cost_micros'},
}

-- ------------------------------------------------------------ tallies

local function tally(payer, period)
  local amounts = {}
  for _, unit in ipairs(UNITS) do
    local sum = redis.call('HGET', key_of('tally', period), payer .. ' ' .. unit)
    amounts[unit] = tonumber(sum or 0)
  end
  return amounts
end

-- row: what has `payer`, `day` and `month`.
local function spent(row)
  return {
    day = tally(row.payer, row.day), month = tally(row.payer, row.month),
    bot_month = tally(BOT, row.month),
  }
end

local function count_in(period, payer, more)
  redis.call('ZADD', PERIODS, 0, period)
  for _, unit in ipairs(UNITS) do
    redis.call('HINCRBY', key_of('tally', period), payer .. ' ' .. unit, whole(more[unit]))
  end
end

-- Whose tallies, and of when.
local function each_tally(row, visit)
  visit(row.day, row.payer)
  visit(row.month, row.payer)
  visit(row.month, BOT)
end

local function count(row, more)
  each_tally(row, function(period, payer) count_in(period, payer, more) end)
end

-- The days of a month stay with it.
local function drop_tallies_before(month)
  local dropped = 0
  for _, period in ipairs(redis.call('ZRANGEBYLEX', PERIODS, '-', '(' .. month)) do
    dropped = dropped + redis.call('HLEN', key_of('tally', period)) / #UNITS
    redis.call('DEL', key_of('tally', period))
    redis.call('ZREM', PERIODS, period)
  end
  return dropped
end

local function difference(amounts, before)
  local more = {}
  for _, unit in ipairs(UNITS) do
    more[unit] = amounts[unit] - (before and before[unit] or 0)
  end
  return more
end

-- The first limit that `more` would pass, with what is used, allowed and wanted; 0: no limit.
local function first_over(limits, sums, more)
  for _, check in ipairs(CHECKS) do
    local limit, period, unit = unpack(check)
    local used_now, allowed, wanted = sums[period][unit], limits[limit], more[unit]
    if allowed > 0 and wanted > 0 and used_now + wanted > allowed then
      return {limit, used_now, allowed, wanted}
    end
  end
end

function verbs.spent(a)
  local sums, found = spent(a), {}
  for i, period in ipairs({'day', 'month', 'bot_month'}) do
    local amounts = sums[period]
    found[i] = {amounts.messages, amounts.images, amounts.cost_micros}
  end
  return found
end

-- ------------------------------------------------------------ reservations

local function reservation(key)
  return read(key_of('reservation', key))
end

local function keep_reservation(key, row)
  write(key_of('reservation', key), {}, row)
  redis.call('ZADD', RESERVATIONS, whole(row.reserved_at), key)
  redis.call('HSET', RESERVED_FOR, row.record_id, key)
end

local function drop_reservation(key, row)
  redis.call('DEL', key_of('reservation', key))
  redis.call('ZREM', RESERVATIONS, key)
  redis.call('HDEL', RESERVED_FOR, row.record_id)
end

-- Where its month was tidied away meanwhile, nothing is left to count in.
local function recount(row, note)
  local more = difference(note.amounts, cjson.decode(row.note).amounts)
  each_tally(row, function(period, payer)
    if redis.call('HEXISTS', key_of('tally', period), payer .. ' ' .. UNITS[1]) == 1 then
      count_in(period, payer, more)
    end
  end)
end

local function charge_broken(key, row)
  local note = cjson.decode(row.broken)
  recount(row, note)
  add_record(note)
  drop_reservation(key, row)
end

-- The conversation's reservation, if it has one, is charged as it says.
local function charge(key)
  local row = reservation(key)
  if row then
    add_record(cjson.decode(row.note))
    drop_reservation(key, row)
  end
end

-- The turn has ended: its record, if it brought one, is written in the place of its reservation.
local function settle(key, text)
  local row, note = reservation(key), text and cjson.decode(text)
  if row and note and row.record_id == note.id then
    recount(row, note)
    drop_reservation(key, row)
  else
    charge(key)
  end
  if note then
    add_record(note)
  end
end

-- The one that this record has, else a new one in the place of an attempt that broke off.
local function reservation_for(record_id, a)
  local row = reservation(a.claim.key)
  if row and row.record_id == record_id then
    return row
  end
  if row then
    charge_broken(a.claim.key, row)
  end
  return {
    record_id = record_id, payer = a.payer, reserved_at = a.now, day = a.day, month = a.month,
  }
end

function verbs.reserve(a)
  held(a.claim)
  local estimate = cjson.decode(a.note)
  local row = reservation_for(estimate.id, a)
  local more = difference(estimate.amounts, row.note and cjson.decode(row.note).amounts)
  local over = first_over(a.limits, spent(row), more)
  if over then
    return over
  end
  count(row, more)
  row.note, row.broken = a.note, a.broken
  keep_reservation(a.claim.key, row)
  return false
end

function verbs.revise(a)
  local note = cjson.decode(a.note)
  local key = redis.call('HGET', RESERVED_FOR, note.id)
  if not key then
    return false
  end
  local row = reservation(key)
  recount(row, note)
  row.note, row.broken = a.note, a.broken
  keep_reservation(key, row)
  return true
end

function verbs.settle_stale(a)
  local keys = up_to(RESERVATIONS, a.old, a.limit)
  for _, key in ipairs(keys) do
    charge_broken(key, reservation(key))
  end
  return #keys
end
