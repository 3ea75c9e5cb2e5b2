-- What the mailboxes hold, for operators; and what processes tell each other.

-- For each claim 'held', 'lost' or 'stopped'; and services with the end of their pause.
function verbs.news(a)
  local states, pauses = {}, {}
  for i, claim in ipairs(a.claims) do
    local row = pick(key_of('conversation', claim.key), {'token', 'epoch', 'stopped_turn'})
    local is_ours = owns(row, claim)
    states[i] = not is_ours and 'lost' or row.stopped_turn == claim.turn and 'stopped' or 'held'
  end
  local flat = redis.call('ZRANGEBYSCORE', PAUSES, '(' .. whole(a.now), '+inf', 'WITHSCORES')
  for i = 1, #flat, 2 do
    pauses[#pauses + 1] = {flat[i], tonumber(flat[i + 1])}
  end
  return {states, pauses}
end

-- Never made shorter.
function verbs.pause(a)
  redis.call('ZADD', PAUSES, 'GT', whole(a.until_at), a.service)
end

local function is_worked_on(row)
  local talk = pick(key_of('conversation', row.conversation), {'token', 'lease_until'})
  return row.token ~= nil and row.token == talk.token and talk.lease_until > 0
end

-- Of both lists: update id, conversation, kind, when, attempts, whether it is held.
function verbs.waiting(a)
  local found = {}
  for i, id in ipairs(redis.call('ZRANGE', MESSAGES, 0, whole(a.limit - 1))) do
    local row = facts_of(id)
    found[i] = {
      row.update_id, row.conversation, row.kind, row.arrived_at, row.attempts, is_worked_on(row),
    }
  end
  return found
end

function verbs.aside(a)
  local found = {}
  for i, update_id in ipairs(redis.call('ZRANGE', ASIDE, 0, whole(a.limit - 1))) do
    local row = read(key_of('aside_message', update_id))
    found[i] = {
      row.update_id, row.conversation, row.kind, row.put_aside_at, row.attempts, false,
    }
  end
  return found
end

local function drop_aside(key, update_id)
  redis.call('ZREM', ASIDE, update_id)
  redis.call('ZREM', key_of('aside_of', key), update_id)
  redis.call('DEL', key_of('aside_message', update_id))
end

function verbs.replay(a)
  local row = read(key_of('aside_message', whole(a.update_id)))
  if not row then
    return false
  end
  drop_aside(row.conversation, whole(a.update_id))
  ensure_conversation(row.conversation, a.first_token)
  put_in(row.conversation, false, a.now, {
    update_id = row.update_id, kind = row.kind, message = row.message,
  })
  refresh_ready(row.conversation)
  return true
end
