-- The store itself; and, at the very end, the verb that this run is for.

-- The version that wrote this store; ours is written down unless that one is newer.
function verbs.open(a)
  local version = tonumber(redis.call('GET', VERSION) or 0)
  if version < a.version then
    redis.call('SET', VERSION, a.version)
  end
  return version
end

function verbs.installation(a)
  redis.call('HSETNX', INSTALLATION, 'id', a.id)
  redis.call('HSETNX', INSTALLATION, 'secret', a.secret)
  return redis.call('HMGET', INSTALLATION, 'id', 'secret')
end

-- Some of what is old, as nobody else is served meanwhile; nothing once all of it is gone.
function verbs.tidy(a)
  local count = 0
  for _, update_id in ipairs(up_to(SEEN, a.now - a.seen, a.limit)) do
    count = count + redis.call('ZREM', SEEN, update_id)
  end
  for _, name in ipairs(up_to(MARKS, a.now, a.limit)) do
    clear_mark(name)
    count = count + 1
  end
  redis.call('ZREMRANGEBYSCORE', PAUSES, '-inf', whole(a.now))
  return count + drop_tallies_before(a.month) + drop_records_up_to(a.old, a.limit)
end

function verbs.check()
  redis.call('SET', CHECKED, 1)
end

return verbs[ARGV[1]](cjson.decode(ARGV[2]))
