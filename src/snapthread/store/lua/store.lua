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

function verbs.tidy(a)
  local count = redis.call('ZREMRANGEBYSCORE', SEEN, '-inf', whole(a.now - a.seen))
  redis.call('ZREMRANGEBYSCORE', PAUSES, '-inf', whole(a.now))
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', MARKS, '-inf', whole(a.now))) do
    clear_mark(name)
    count = count + 1
  end
  return count + drop_tallies_before(a.month) + drop_records_up_to(a.old)
end

function verbs.check()
  redis.call('SET', CHECKED, 1)
end

return verbs[ARGV[1]](cjson.decode(ARGV[2]))
