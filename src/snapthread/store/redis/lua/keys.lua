-- Every key of the store is named here; docs/store-keys.md says what each holds.
local VERSION = 'snapthread:version'
local INSTALLATION = 'snapthread:installation'
local CHECKED = 'snapthread:checked'
local LAST_ID = 'snapthread:last_id'
local SEEN = 'snapthread:seen'
local MARKS = 'snapthread:marks'
local MARK_NAMES = 'snapthread:mark_names'
local BLOCKED = 'snapthread:blocked'
local READY = 'snapthread:ready'
local HELD = 'snapthread:held'
local MESSAGES = 'snapthread:messages'
local JUMPS = 'snapthread:jumps'
local ASIDE = 'snapthread:aside'
local PAUSES = 'snapthread:pauses'
local RETIRED = 'snapthread:retired'
local DUE = 'snapthread:due'
local INTENTS = 'snapthread:intents'
local LEAVING = 'snapthread:leaving'
local UPLOADED = 'snapthread:uploaded'
local SHOWN_NAMES = 'snapthread:shown_names'
local RESERVATIONS = 'snapthread:reservations'
local RESERVED_FOR = 'snapthread:reserved_for'
local PERIODS = 'snapthread:periods'
local RECORDS = 'snapthread:records'
local DAYS = 'snapthread:days'

-- kind: job, conversation, inbox, commands, message, aside_of, aside_message, parts, lines, file,
-- files, owner_files, reservation, tally, record, records_of, daily, days_of
local function key_of(kind, id)
  return 'snapthread:' .. kind .. ':' .. id
end

-- The first generation's own key, so without our prefix: it may hold ids that are not ours.
local function user_files_key(owner)
  return string.format('user_files:%.0f', owner)
end
