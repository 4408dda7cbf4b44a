/**
 * The part of the dissector that is written by hand, in Lua of 5.1 or newer: lines and frames, and a walk over fields. The
 * tables that dissector.ts puts before it say what kinds of records, messages and fields there are, and how they read.
 */
export const DISSECTOR_BODY = String.raw`
local passfob = Proto("passfob", "Passfob")
local fields = {}
for name, field in pairs(FIELDS) do fields[name] = ProtoField[field[1]]("passfob." .. name, field[2]) end
passfob.fields = fields
local interface_name = Field.new("frame.interface_name")

-- Exclusive or: a library before Lua 5.3, an operator since.
local bits = bit or bit32
local xor = bits and bits.bxor or (loadstring or load)("return function(a, b) return a ~ b end")()

local function crc32(bytes)
  local crc = 0xffffffff
  for i = 1, #bytes do
    crc = xor(crc, bytes:byte(i)) % 2 ^ 32
    for _ = 1, 8 do
      local low = crc % 2
      crc = (crc - low) / 2
      if low == 1 then crc = xor(crc, 0xedb88320) % 2 ^ 32 end
    end
  end
  return 0xffffffff - crc
end

-- The number in bytes, or nil from 2^53 on.
local function number_of(bytes)
  local number = 0
  for i = 1, #bytes do
    number = number * 256 + bytes:byte(i)
    if number >= 2 ^ 53 then return nil end
  end
  return number
end

-- Returns the payload of a frame, a clear one without its CRC; or nil, and the rule that it breaks.
local function read_frame(text)
  if #text > FRAME_CHARS_MAX - 2 then return nil, "long" end
  if #text < BASE64_CHARS_MIN then return nil, "short" end
  if #text % 4 ~= 0 then return nil, "length" end
  if not text:find("^[AB]") then return nil, "beginning" end
  if text:find("=..") then return nil, "padding" end
  -- What is left of the last character must be zeros.
  local chars, padding = text:match("^([A-Za-z0-9+/]+)(=?=?)$")
  local last = ({ [0] = ".$", "[AEIMQUYcgkosw048]$", "[AQgw]$" })[#(padding or "")]
  if not chars or not chars:find(last) then return nil, "base64" end
  local bytes = ByteArray.new(text, true):base64_decode():raw()
  local type = bytes:byte(1)
  if type == 3 or type == 4 then return bytes end
  if type ~= 1 and type ~= 2 then return nil, "type" end
  local clear = bytes:sub(1, -5)
  if crc32(clear) ~= number_of(bytes:sub(-4)) then return nil, "crc" end
  return clear
end

-- Characters of bytes: each byte a character, or UTF-8, which stays as it is but for what a terminal obeys.
local LATIN, ASCII = {}, {}
for byte, shown in pairs(QUOTED) do
  LATIN[string.char(byte)] = shown
  if byte < 128 then ASCII[string.char(byte)] = shown end
end

local function quoted(text, shown) return "\"" .. text:gsub(".", shown) .. "\"" end

local function hex(bytes) return ByteArray.new(bytes, true):tohex(true) end

local function serial_text(bytes)
  local number, text = number_of(bytes), ""
  for _ = 1, #bytes * 8 / 5 do
    local place = number % 32
    text = SERIAL_ALPHABET:sub(place + 1, place + 1) .. text
    number = (number - place) / 32
  end
  return "PF-" .. text:sub(1, 4) .. "-" .. text:sub(5)
end

local function sum_text(names, value)
  local parts = {}
  for _, one in ipairs(names) do
    if math.floor(value / one[1]) % 2 == 1 then
      parts[#parts + 1] = one[2]
      value = value - one[1]
    end
  end
  if value ~= 0 then parts[#parts + 1] = string.format("%d", value) end
  return #parts == 0 and "none" or table.concat(parts, " + ")
end

local function value_text(field, value)
  if field.kind == "u" then
    if field.bits then return sum_text(field.bits, value) end
    return field.values and field.values[value] or string.format("%d", value)
  end
  if field.isSerial then return serial_text(value) end
  return field.isText and quoted(value, ASCII) or hex(value)
end

-- Reads the fields of a layout from bytes; nil unless they are exactly one such message.
local function read_fields(layout, bytes, at)
  local values = {}
  for place, field in ipairs(layout) do
    local size = field.size
    if field.kind == "v" then
      size = bytes:byte(at) or size + 1
      at = at + 1
    end
    local part = bytes:sub(at, at + size - 1)
    if size > field.size or #part < size then return nil end
    at = at + size
    values[place] = part
    if field.kind == "u" then values[place] = number_of(part) end
    if values[place] == nil then return nil end
  end
  return at == #bytes + 1 and values or nil
end

-- Reads a clear message from its command on.
local function read_message(item, bytes)
  local is_response = item.frame == "response"
  local code, status = bytes:byte(3), nil
  item.code = code or 0
  local row = COMMANDS[item.code] or {}
  item.command = row.name
  if is_response and code then
    status = bytes:byte(4)
    item.status = status or 0
    item.refusal = REFUSALS[item.status]
  end
  if code == nil or is_response and status == nil then item.fault = MESSAGE_FAULTS.ended
  elseif is_response and status > 0 then item.fault = #bytes > 4 and MESSAGE_FAULTS.fields or nil
  elseif row.name == nil then item.fault = MESSAGE_FAULTS.unknown
  else
    item.layout = row[item.frame]
    item.values = read_fields(item.layout, bytes, is_response and 5 or 4)
    if item.values == nil then item.fault = MESSAGE_FAULTS.fields end
  end
end

local function message_text(item)
  local text = item.command or "command " .. item.code
  if item.status and item.status > 0 then text = text .. " refused: " .. (item.refusal or item.status) end
  for place, value in ipairs(item.values or {}) do
    local shown = value_text(item.layout[place], value)
    if shown:find(" ", 1, true) and shown:sub(1, 1) ~= "\"" then shown = "(" .. shown .. ")" end
    text = text .. " " .. item.layout[place].name .. "=" .. shown
  end
  return text .. (item.fault and "  (" .. item.fault .. ")" or "")
end

-- Adds an item, with its text and the record and port that it begins at.
local function add(items, kind, item, from)
  item.kind, item.first, item.port, item.way = kind, from.first, from.port, from.way
  item.text = TEXTS[kind]:gsub("{([%w_.]+)}", function(name)
    local words = WORDS[name]
    local value = words and words[tostring(item[name])] or item[name]
    return type(value) == "number" and string.format("%d", value) or value
  end)
  items[#items + 1] = item
end

local function add_frame(items, inside, is_whole, from)
  local bytes, fault = nil, "unfinished"
  if is_whole then bytes, fault = read_frame(inside) end
  local type = bytes and bytes:byte(1) or 0
  if type > 2 and #bytes < SEALED_BYTES_MIN then fault = "sealed" end
  if fault then add(items, "broken", { broken = FRAME_FAULTS[fault], chars = #inside }, from) return end
  local item = { frame = type % 2 == 1 and "request" or "response" }
  if type > 2 then
    item.counter, item.sealed_bytes = number_of(bytes:sub(2, 5)), #bytes - 5
    add(items, "sealed", item, from)
  else
    item.sequence = bytes:byte(2) or 0
    read_message(item, bytes)
    item.message = message_text(item)
    add(items, "frame", item, from)
  end
end

-- Unfinished lines in the order in which they began, and the items of each packet.
local lines, results = {}, {}
function passfob.init() lines, results = {}, {} end

local function unfinished(port, way)
  for place, line in ipairs(lines) do
    if line.port == port and line.way == way then return line, place end
  end
end

local function finish(items, port, way)
  local line, place = unfinished(port, way)
  if line == nil then return end
  table.remove(lines, place)
  local before, inside = line.text:match("^(.*)~(.*)$")
  local noise = (before or line.text):gsub("[\r\n]+$", "")
  if noise ~= "" then add(items, "noise", { noise = noise, quoted = quoted(noise, LATIN) }, line) end
  if inside then add_frame(items, inside:gsub("\n$", ""), line.text:sub(-1) == "\n", line) end
end

local READ = {}

function READ.bytes(items, data, from)
  from.way = WAYS[data:byte(3)]
  if from.way == nil then return false end
  local text = data:sub(4)
  -- A report has a length, then so many bytes; a report of one byte is a character.
  if from.port == REPORTS and #text ~= 1 then
    local length = text:byte(1) or 0
    text = length < #text and text:sub(2, length + 1) or ""
  end
  if from.way == "out" then
    local count
    text, count = text:gsub(string.char(PACKET_ANSWER), "")
    if count > 0 then add(items, "answer", { answers = count, times = count > 1 and " × " .. count or "" }, from) end
  end
  for part in text:gmatch("[^\n]*\n?") do
    local line = unfinished(from.port, from.way)
    if line == nil and part ~= "" then
      line = { text = "", first = from.first, port = from.port, way = from.way }
      lines[#lines + 1] = line
    end
    if part ~= "" then
      line.text = line.text .. part
      local frame = line.text:match("~.*")
      local is_long = #(frame or line.text) >= NOISE_CHARS_MAX + (frame and FRAME_CHARS_MAX + 1 or 0)
      if part:sub(-1) == "\n" or is_long then finish(items, from.port, from.way) end
    end
  end
end

function READ.screen(items, data)
  local flags = data:byte(3)
  if flags == nil or flags % 4 < 2 and #data > 3 then return false end
  local parts = {}
  for line in (data:sub(4) .. "\n"):gmatch("(.-)\n") do parts[#parts + 1] = quoted(line, ASCII) end
  local text = "[" .. (#data > 3 and table.concat(parts, ",") or "") .. "]"
  local shown = flags % 2 == 0 and "off" or flags % 4 < 2 and "changed" or text
  add(items, "screen", { screen = "screen " .. shown, shown = shown }, {})
end

-- Reads a record whose fields the table of bodies has.
local function read_record(items, body, data, from)
  local values, item = read_fields(body.fields, data, 3), {}
  if values == nil then return false end
  for place, field in ipairs(body.fields) do
    item[field.name] = values[place]
    if field.words then item[field.name] = field.words[values[place]] end
    if item[field.name] == nil then return false end
  end
  if item.way then
    from.way = item.way
    finish(items, from.port, from.way)
  end
  while body.kind == "power" and lines[1] do finish(items, lines[1].port, lines[1].way) end
  add(items, body.kind, item, item.way and from or {})
end

local function read_packet(data, port, number)
  local items, from = {}, { first = number, port = port }
  local body = data:byte(1) == BODY_VERSION and BODIES[data:byte(2)]
  local read = body and (READ[body.kind] or function(...) return read_record(items, body, data, from) end)
  if not read or read(items, data, from) == false then add(items, "unknown", { number = data:byte(2) or 0 }, {}) end
  -- Bytes have a direction, also where their frame is not over.
  return { items = items, way = from.way }
end

local function show(tree, tvb, item, number)
  local branch = tree:add(passfob, tvb(), "Passfob: " .. item.text)
  for name, value in pairs(item) do
    if fields[name] and not (name == "first" and value == number) then branch:add(fields[name], value):set_generated() end
  end
  for place, value in ipairs(item.values or {}) do
    local field = item.layout[place]
    local text = value_text(field, value)
    if field.kind ~= "u" and not field.isText then value = ByteArray.new(value, true):tvb("bytes")() end
    branch:add(fields[item.command .. "." .. field.name], value):append_text(" (" .. text .. ")")
  end
end

function passfob.dissector(tvb, pinfo, tree)
  local info = interface_name()
  local port = info and tostring(info.value) or ""
  local result = pinfo.visited and results[pinfo.number] or read_packet(tvb:raw(), port, pinfo.number)
  results[pinfo.number] = result
  local texts = {}
  for _, item in ipairs(result.items) do
    texts[#texts + 1] = item.text
    show(tree, tvb, item, pinfo.number)
  end
  pinfo.cols.protocol = "Passfob"
  pinfo.cols.src = result.way == "out" and "fob" or port
  pinfo.cols.dst = result.way == "in" and "fob" or port
  pinfo.cols.info = #texts == 0 and "part of a frame" or table.concat(texts, "; ")
  return tvb:len()
end

DissectorTable.get("wtap_encap"):add(wtap.USER0, passfob)
`;
