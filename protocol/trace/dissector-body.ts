/** The part of the dissector that is written by hand: as decode.ts, in Lua of 5.1 or newer, with the same texts. */
export const DISSECTOR_BODY = String.raw`
local passfob = Proto("passfob", "Passfob")

local F = {
  text = ProtoField.string("passfob.text", "Text"),
  kind = ProtoField.string("passfob.kind", "Kind"),
  port = ProtoField.string("passfob.port", "Port"),
  way = ProtoField.string("passfob.way", "Way"),
  first = ProtoField.framenum("passfob.first", "Begins in"),
  answers = ProtoField.uint32("passfob.answers", "Answers to packets"),
  noise = ProtoField.string("passfob.noise", "Text between frames"),
  left_out = ProtoField.uint32("passfob.left_out", "Bytes left out"),
  why = ProtoField.string("passfob.left_out.why", "Why left out"),
  frame = ProtoField.string("passfob.frame", "Frame"),
  sequence = ProtoField.uint8("passfob.sequence", "Sequence"),
  counter = ProtoField.uint32("passfob.counter", "Counter"),
  sealed_bytes = ProtoField.uint32("passfob.sealed_bytes", "Sealed bytes"),
  code = ProtoField.uint8("passfob.code", "Code of the command"),
  command = ProtoField.string("passfob.command", "Command"),
  status = ProtoField.uint8("passfob.status", "Status"),
  refusal = ProtoField.string("passfob.refusal", "Refusal"),
  fault = ProtoField.string("passfob.fault", "Fault"),
  broken = ProtoField.string("passfob.broken", "Broken frame"),
  key = ProtoField.uint8("passfob.key", "Key"),
  down = ProtoField.bool("passfob.key.down", "Down"),
  power = ProtoField.string("passfob.power", "Power"),
  screen = ProtoField.string("passfob.screen", "Screen"),
  memory = ProtoField.string("passfob.memory", "Memory"),
  act = ProtoField.string("passfob.memory.act", "Operation"),
  at = ProtoField.uint32("passfob.memory.at", "Address"),
  length = ProtoField.uint32("passfob.memory.length", "Bytes"),
}

local fields = {}
for _, field in pairs(F) do fields[#fields + 1] = field end

-- A field for each field of each message: passfob.hello.serial.
local MESSAGE_FIELDS = {}
for _, row in pairs(COMMANDS) do
  for _, layout in ipairs({ row.request, row.response }) do
    for _, one in ipairs(layout) do
      local name = "passfob." .. row.name .. "." .. one.name
      if MESSAGE_FIELDS[name] == nil then
        local make = ProtoField.bytes
        if one.text then make = ProtoField.string end
        if one.kind == "u" then make = one.size == 64 and ProtoField.double or ProtoField.uint32 end
        MESSAGE_FIELDS[name] = make(name, one.name)
        fields[#fields + 1] = MESSAGE_FIELDS[name]
      end
    end
  end
end
passfob.fields = fields

local interface_name = Field.new("frame.interface_name")

-- Exclusive or: a library before Lua 5.3, an operator since.
local bits = bit or bit32
local xor = bits and bits.bxor or (loadstring or load)("return function(a, b) return a ~ b end")()

local CRC = {}
for byte = 0, 255 do
  local crc = byte
  for _ = 1, 8 do
    local half = (crc - crc % 2) / 2
    crc = crc % 2 == 1 and xor(math.floor(half), 0xedb88320) or math.floor(half)
    if crc < 0 then crc = crc + 4294967296 end
  end
  CRC[byte] = crc
end

local function crc32(bytes)
  local crc = 0xffffffff
  for i = 1, #bytes do
    local low = xor(crc % 256, bytes:byte(i))
    crc = xor(math.floor(crc / 256), CRC[low])
    if crc < 0 then crc = crc + 4294967296 end
  end
  return 0xffffffff - crc
end

local ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
local VALUE_OF = {}
for i = 1, 64 do VALUE_OF[ALPHABET:sub(i, i)] = i - 1 end

-- Returns the bytes of canonical base64, or nil.
local function decode64(text)
  local chars = text:gsub("==?$", "")
  local held, count, out = 0, 0, {}
  for i = 1, #chars do
    local value = VALUE_OF[chars:sub(i, i)]
    if value == nil then return nil end
    held = held * 64 + value
    count = count + 6
    if count >= 8 then
      count = count - 8
      local unit = 2 ^ count
      out[#out + 1] = string.char(math.floor(held / unit) % 256)
      held = held % unit
    end
  end
  -- What is left of the last character must be zeros.
  if held ~= 0 or #out == 0 then return nil end
  return table.concat(out)
end

-- Returns the payload of a frame, a clear one without its CRC; or nil, and the rule that it breaks.
local function read_frame(text)
  if #text > FRAME_CHARS_MAX - 2 then return nil, "long" end
  if #text < 8 then return nil, "short" end
  if #text % 4 ~= 0 then return nil, "length" end
  if not text:find("^[AB]") then return nil, "beginning" end
  local padding = text:find("=", 1, true)
  if padding and padding <= #text - 2 then return nil, "padding" end
  if text:find("=[^=]$") then return nil, "base64" end
  local bytes = decode64(text)
  if bytes == nil then return nil, "base64" end
  local type = bytes:byte(1)
  if type == 3 or type == 4 then return bytes end
  if type ~= 1 and type ~= 2 then return nil, "type" end
  local clear = bytes:sub(1, -5)
  local crc = 0
  for i = #bytes - 3, #bytes do crc = crc * 256 + bytes:byte(i) end
  if crc32(clear) ~= crc then return nil, "crc" end
  return clear
end

local function hex(bytes)
  return (bytes:gsub(".", function(char) return string.format("%02x", char:byte()) end))
end

local ESCAPES = { ["\""] = "\\\"", ["\\"] = "\\\\", ["\b"] = "\\b", ["\f"] = "\\f", ["\n"] = "\\n", ["\r"] = "\\r", ["\t"] = "\\t" }

local function quoted_ascii(char)
  local code = char:byte()
  if ESCAPES[char] then return ESCAPES[char] end
  if code < 32 then return string.format("\\u%04x", code) end
  if code == 127 then return "\\u{7f}" end
  return char
end

-- A byte as the character of its number, in UTF-8.
local function latin(char)
  local code = char:byte()
  if code < 128 then return quoted_ascii(char) end
  if code <= 0xa0 or code == 0xad then return string.format("\\u{%x}", code) end
  return string.char(0xc0 + math.floor(code / 64), 0x80 + code % 64)
end

-- Text of bytes, a character each.
local function quoted(text) return "\"" .. text:gsub(".", latin) .. "\"" end

-- Text in UTF-8, which stays as it is but for characters that a terminal obeys.
local function quoted_text(text) return "\"" .. text:gsub("[%z\1-\127]", quoted_ascii) .. "\"" end

local SERIAL_ALPHABET = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"

local function serial_text(bytes)
  local held, count, text = 0, 0, ""
  for i = 1, #bytes do
    held = held * 256 + bytes:byte(i)
    count = count + 8
    while count >= 5 do
      count = count - 5
      local unit = 2 ^ count
      local value = math.floor(held / unit)
      text = text .. SERIAL_ALPHABET:sub(value + 1, value + 1)
      held = held % unit
    end
  end
  return "PF-" .. text:sub(1, 4) .. "-" .. text:sub(5)
end

local function sum_text(names, value)
  local bit_numbers = {}
  for number in pairs(names) do bit_numbers[#bit_numbers + 1] = number end
  table.sort(bit_numbers)
  local parts, left = {}, value
  for _, number in ipairs(bit_numbers) do
    if math.floor(value / number) % 2 == 1 then
      parts[#parts + 1] = names[number]
      left = left - number
    end
  end
  if left ~= 0 then parts[#parts + 1] = string.format("%d", left) end
  return #parts == 0 and "none" or table.concat(parts, " + ")
end

local function value_text(field, value)
  if field.kind == "u" then
    if field.values and field.values[value] then return field.values[value] end
    if field.bits then return sum_text(field.bits, value) end
    return string.format("%d", value)
  end
  if field.name == "serial" then return serial_text(value) end
  return field.text and quoted_text(value) or hex(value)
end

-- Reads the fields of a layout from bytes; nil unless they are exactly one such message.
local function read_fields(layout, bytes, from)
  local values = {}
  for _, field in ipairs(layout) do
    local length = field.kind == "u" and field.size / 8 or field.size
    if field.kind == "v" then
      length = bytes:byte(from)
      from = from + 1
      if length == nil or length > field.size then return nil end
    end
    local part = bytes:sub(from, from + length - 1)
    if #part < length then return nil end
    from = from + length
    if field.kind == "u" then
      local number = 0
      for i = 1, #part do
        number = number * 256 + part:byte(i)
        if number >= 9007199254740992 then return nil end
      end
      values[#values + 1] = { field = field, value = number }
    else
      values[#values + 1] = { field = field, value = part }
    end
  end
  if from ~= #bytes + 1 then return nil end
  return values
end

-- Reads a clear message from its command on, as messages.ts does.
local function read_message(item, bytes, is_response)
  local code = bytes:byte(3)
  item.code = code or 0
  if code == nil then item.fault = MESSAGE_FAULTS.ended return end
  local row = COMMANDS[code]
  item.command = row and row.name
  local layout = row and row.request
  local from = 4
  if is_response then
    item.status = bytes:byte(4) or 0
    if bytes:byte(4) == nil then
      item.fault = MESSAGE_FAULTS.ended
      item.refusal = REFUSALS[0]
      return
    end
    item.refusal = REFUSALS[item.status]
    from = 5
    if item.status ~= 0 then
      if #bytes ~= 4 then item.fault = MESSAGE_FAULTS.fields end
      return
    end
    layout = row and row.response
  end
  if row == nil then item.fault = MESSAGE_FAULTS.unknown return end
  item.values = read_fields(layout, bytes, from)
  if item.values == nil then item.fault = MESSAGE_FAULTS.fields end
end

local function message_text(item)
  local text = item.command or ("command " .. item.code)
  if item.status and item.status ~= 0 then text = text .. " refused: " .. (item.refusal or string.format("%d", item.status)) end
  for _, one in ipairs(item.values or {}) do
    local value = value_text(one.field, one.value)
    if value:find(" ", 1, true) and value:sub(1, 1) ~= "\"" then value = "(" .. value .. ")" end
    text = text .. " " .. one.field.name .. "=" .. value
  end
  if item.fault then text = text .. "  (" .. item.fault .. ")" end
  return text
end

local function broken(fault, inside)
  return {
    kind = "broken",
    broken = FRAME_FAULTS[fault],
    text = "broken frame of " .. #inside .. " characters: " .. FRAME_FAULTS[fault],
  }
end

local function read_item(inside)
  local bytes, fault = read_frame(inside)
  if bytes == nil then return broken(fault, inside) end
  local type = bytes:byte(1)
  local item = { frame = type % 2 == 1 and "request" or "response" }
  if type > 2 then
    if #bytes < 13 then return broken("sealed", inside) end
    item.kind = "sealed"
    item.counter = 0
    for i = 2, 5 do item.counter = item.counter * 256 + bytes:byte(i) end
    item.sealed_bytes = #bytes - 5
    item.text = "sealed " .. item.frame .. " " .. string.format("%d", item.counter) .. "  " .. item.sealed_bytes .. " bytes"
    return item
  end
  item.kind = "frame"
  item.sequence = bytes:byte(2) or 0
  read_message(item, bytes, type == 2)
  item.text = item.frame .. " " .. item.sequence .. "  " .. message_text(item)
  return item
end

-- Unfinished lines by port and way, and the order in which they began.
local lines, order, results = {}, {}, {}

function passfob.init()
  lines, order, results = {}, {}, {}
end

local function finish(items, port, way)
  local name = way .. " " .. port
  local line = lines[name]
  if line == nil then return end
  lines[name] = nil
  for place, one in ipairs(order) do
    if one == name then table.remove(order, place) break end
  end
  local is_whole = line.text:sub(-1) == "\n"
  local mark = line.text:match("^.*()~")
  local noise = (mark and line.text:sub(1, mark - 1) or line.text):gsub("[\r\n]+$", "")
  if noise ~= "" then
    items[#items + 1] = { kind = "noise", noise = noise, text = "text " .. quoted(noise), first = line.first, port = port, way = way }
  end
  if mark == nil then return end
  local inside = line.text:sub(mark + 1):gsub("\n$", "")
  local item = is_whole and read_item(inside) or broken("unfinished", inside)
  item.first, item.port, item.way = line.first, port, way
  items[#items + 1] = item
end

local function add_text(items, port, way, text, number)
  local from = 1
  while from <= #text do
    local to = text:find("\n", from, true) or #text
    local name = way .. " " .. port
    local line = lines[name]
    if line == nil then
      line = { text = "", first = number }
      lines[name] = line
      order[#order + 1] = name
    end
    line.text = line.text .. text:sub(from, to)
    local mark = line.text:find("~", 1, true)
    local is_long = mark == nil and #line.text >= NOISE_CHARS_MAX
      or mark ~= nil and #line.text - (mark - 1) > FRAME_CHARS_MAX + NOISE_CHARS_MAX
    if line.text:sub(-1) == "\n" or is_long then finish(items, port, way) end
    from = to + 1
  end
end

-- The text that a HID report carries: a length, then so many bytes. A report of one byte is a character.
local function report_text(data)
  if #data == 1 then return data end
  local length = data:byte(1)
  if length == nil or length >= #data then return "" end
  return data:sub(2, length + 1)
end

local READ = {}

READ["bytes"] = function(items, data, port, number)
  local way = WAYS[data:byte(3) or 255]
  if way == nil then return false end
  local text = data:sub(4)
  if port == REPORTS then text = report_text(text) end
  if way == "out" then
    local rest, answers = text:gsub(string.char(ANSWER), "")
    text = rest
    if answers > 0 then
      items[#items + 1] = {
        kind = "answer", answers = answers, first = number, port = port, way = way,
        text = answers == 1 and "ACK" or "ACK \195\151 " .. answers,
      }
    end
  end
  add_text(items, port, way, text, number)
  return true
end

local function number_at(data, from)
  local value = 0
  for i = from, from + 3 do value = value * 256 + data:byte(i) end
  return value
end

READ["left-out"] = function(items, data, port, number)
  local way, why = WAYS[data:byte(3) or 255], LEFT_OUT[data:byte(4) or 255]
  if way == nil or why == nil or #data ~= 8 then return false end
  local length = number_at(data, 5)
  finish(items, port, way)
  items[#items + 1] = {
    kind = "left-out", left_out = length, why = why, first = number, port = port, way = way,
    text = "left out: " .. string.format("%d", length) .. " bytes " .. LEFT_OUT_TEXTS[data:byte(4)],
  }
  return true
end

READ["key"] = function(items, data)
  if #data ~= 4 then return false end
  local is_down = data:byte(4) == 1
  items[#items + 1] = {
    kind = "key", key = data:byte(3), down = is_down,
    text = "key " .. data:byte(3) .. (is_down and " down" or " up"),
  }
  return true
end

READ["power"] = function(items, data)
  local change = #data == 3 and POWER[data:byte(3)]
  if not change then return false end
  while order[1] do
    local way, port = order[1]:match("^(%a+) (.*)$")
    finish(items, port, way)
  end
  items[#items + 1] = { kind = "power", power = change, text = change }
  return true
end

READ["screen"] = function(items, data)
  local flags = data:byte(3)
  if flags == nil then return false end
  local has_text = math.floor(flags / 2) % 2 == 1
  if not has_text and #data ~= 3 then return false end
  local text = "screen changed"
  if flags % 2 == 0 then text = "screen off"
  elseif has_text then
    local parts = {}
    if #data > 3 then
      for line in (data:sub(4) .. "\n"):gmatch("(.-)\n") do parts[#parts + 1] = quoted_text(line) end
    end
    text = "screen [" .. table.concat(parts, ",") .. "]"
  end
  items[#items + 1] = { kind = "screen", screen = text, text = text }
  return true
end

READ["memory"] = function(items, data)
  local memory, act = MEMORIES[data:byte(3) or 255], MEMORY_ACTS[data:byte(4) or 255]
  if memory == nil or act == nil or #data ~= 12 then return false end
  local at, length = number_at(data, 5), number_at(data, 9)
  items[#items + 1] = {
    kind = "memory", memory = memory, act = act, at = at, length = length,
    text = string.format("%s: %s %d bytes at %d", memory, act, length, at),
  }
  return true
end

READ["cut-short"] = function(items, data)
  if #data ~= 2 then return false end
  items[#items + 1] = { kind = "cut-short", text = "the trace ends here: it has reached its limit" }
  return true
end

local function read_packet(data, port, number)
  local items = {}
  local kind = data:byte(1) == BODY_VERSION and KINDS[data:byte(2) or 255]
  local is_known = kind and READ[kind](items, data, port, number)
  if not is_known then
    items[#items + 1] = { kind = "unknown", text = "a record of a later version (" .. (data:byte(2) or 0) .. ")" }
  end
  return items
end

local function show(tree, tvb, item, number)
  local branch = tree:add(passfob, tvb(), "Passfob: " .. item.text)
  for name, field in pairs(F) do
    local value = item[name]
    if value ~= nil and not (name == "first" and value == number) then branch:add(field, value):set_generated() end
  end
  for _, one in ipairs(item.values or {}) do
    local field = MESSAGE_FIELDS["passfob." .. item.command .. "." .. one.field.name]
    local value = one.value
    if one.field.kind ~= "u" and not one.field.text then value = ByteArray.new(hex(value)):tvb("bytes")() end
    local leaf = branch:add(field, value)
    leaf:append_text(" (" .. value_text(one.field, one.value) .. ")")
  end
end

function passfob.dissector(tvb, pinfo, tree)
  local info = interface_name()
  local port = info and tostring(info.value) or ""
  if not pinfo.visited or results[pinfo.number] == nil then
    results[pinfo.number] = read_packet(tvb:raw(), port, pinfo.number)
  end
  local texts = {}
  for _, item in ipairs(results[pinfo.number]) do
    texts[#texts + 1] = item.text
    show(tree, tvb, item, pinfo.number)
  end
  -- Bytes have a direction, also where their frame is not over.
  local kind = KINDS[tvb:len() > 2 and tvb(1, 1):uint() or 255]
  local way = (kind == "bytes" or kind == "left-out") and WAYS[tvb(2, 1):uint()]
  pinfo.cols.protocol = "Passfob"
  pinfo.cols.src = way == "out" and "fob" or port
  pinfo.cols.dst = way == "in" and "fob" or port
  pinfo.cols.info = #texts == 0 and "part of a frame" or table.concat(texts, "; ")
  return tvb:len()
end

DissectorTable.get("wtap_encap"):add(wtap.USER0, passfob)
`;
