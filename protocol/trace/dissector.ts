import { COMMANDS, type CommandName, type CommandRow } from '../commands.ts';
import { BASE64_CHARS_MIN, CCM_TAG_BYTES, COUNTER_BYTES, FRAME_CHARS_MAX, PACKET_ANSWER } from '../limits.ts';
import { PAIRING_ALPHABET } from '../pairing.ts';
import { REFUSALS, type RefusalName } from '../refusals.ts';
import { BODIES, BODY_VALUES, BODY_VERSION, type BodyKind } from './bodies.ts';
import { DISSECTOR_BODY } from './dissector-body.ts';
import { layoutFields } from './fields.ts';
import { FRAME_FAULTS } from './frames.ts';
import { NOISE_CHARS_MAX } from './limits.ts';
import { MESSAGE_FAULTS } from './messages.ts';
import { LEFT_OUT, POWER_CHANGES, WAYS } from './records.ts';
import { REPORTS } from './stream.ts';
import { KEY_TEXTS, leftOutText, POWER_TEXTS, TEXTS, visible } from './text.ts';
import { entryOf, NAMED_VALUES, SUMS, TEXT_FIELDS } from './values.ts';

/** What a table of Lua may hold. */
type LuaValue =
  | string
  | number
  | boolean
  | readonly LuaValue[]
  | { readonly [key: string]: LuaValue }
  | Map<number, LuaValue>;

/** Writes a value as Lua. Lists begin at 1 there; a map keeps its numbers. */
function lua(value: LuaValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof Map)
    return `{${[...value].map(([key, entry]) => `[${key}]=${lua(entry)}`).join(', ')}}`;
  if (isList(value)) return `{${value.map(lua).join(', ')}}`;
  const entries = Object.entries(value).map(([key, entry]) => `[${JSON.stringify(key)}]=${lua(entry)}`);
  return `{${entries.join(', ')}}`;
}

function isList(value: object): value is readonly LuaValue[] {
  return Array.isArray(value);
}

/** Words by their place in a list, from 0. */
function byPlace(words: readonly (string | boolean)[]): Map<number, LuaValue> {
  return new Map(words.map((word, place) => [place, word]));
}

function byNumber(names: Readonly<Record<number, string>>): Map<number, string> {
  return new Map(Object.entries(names).map(([number, name]) => [Number(number), name]));
}

/** The fields of items, as display filters name them: type and label in Wireshark, then the value of an item it shows. */
const ITEM_FIELDS: Readonly<Record<string, readonly [type: string, label: string, value?: string]>> = {
  text: ['string', 'Text'],
  kind: ['string', 'Kind'],
  port: ['string', 'Port'],
  way: ['string', 'Way'],
  first: ['framenum', 'Begins in'],
  answers: ['uint32', 'Answers to packets', 'answer.count'],
  noise: ['string', 'Text between frames', 'noise.text'],
  left_out: ['uint32', 'Bytes left out', 'left-out.length'],
  'left_out.why': ['string', 'Why left out', 'left-out.why'],
  frame: ['string', 'Frame'],
  sequence: ['uint8', 'Sequence'],
  counter: ['uint32', 'Counter'],
  sealed_bytes: ['uint32', 'Sealed bytes', 'sealed.sealedBytes'],
  code: ['uint8', 'Code of the command'],
  command: ['string', 'Command'],
  status: ['uint8', 'Status'],
  refusal: ['string', 'Refusal'],
  fault: ['string', 'Fault'],
  broken: ['string', 'Broken frame', 'broken.why'],
  key: ['uint8', 'Key'],
  'key.down': ['bool', 'Down', 'key.down'],
  power: ['string', 'Power', 'power.change'],
  screen: ['string', 'Screen'],
  memory: ['string', 'Memory'],
  'memory.act': ['string', 'Operation', 'memory.act'],
  'memory.at': ['uint32', 'Address', 'memory.at'],
  'memory.length': ['uint32', 'Bytes', 'memory.length'],
};

/** The name of a value of an item in the dissector: that of its field, so that the walk over an item finds the field. */
function fieldName(kind: string, value: string): string {
  return Object.entries(ITEM_FIELDS).find(([, field]) => field[2] === `${kind}.${value}`)?.[0] ?? value;
}

/** The fields of a layout, with what the dissector needs to read and show them. */
function fieldsOf(layout: string, more: (name: string) => Readonly<Record<string, LuaValue>>): LuaValue[] {
  return layoutFields(layout).map(({ name, kind }) => {
    const size = Number(kind.slice(1));
    const letter = kind.charAt(0);
    return { name, kind: letter, size: letter === 'u' ? size / 8 : size, ...more(name) };
  });
}

function messageFields(command: CommandName, layout: string): LuaValue[] {
  return fieldsOf(layout, name => {
    const named = entryOf(NAMED_VALUES, command, name);
    const sum = entryOf(SUMS, command, name);
    return {
      ...(TEXT_FIELDS.includes(name) && { isText: true }),
      ...(name === 'serial' && { isSerial: true }),
      ...(named && { values: byNumber(named) }),
      ...(sum && { bits: [...byNumber(sum)] }),
    };
  });
}

const COMMAND_NAMES = Object.keys(COMMANDS) as CommandName[];

function commands(): Map<number, LuaValue> {
  return new Map(
    COMMAND_NAMES.map(name => {
      const [code, , , request, response]: CommandRow = COMMANDS[name];
      return [code, { name, request: messageFields(name, request), response: messageFields(name, response) }];
    }),
  );
}

/** A field for each field of each message, such as `hello.serial`; then those of items. */
function fields(): Readonly<Record<string, LuaValue>> {
  const entries = COMMAND_NAMES.flatMap(command => {
    const [, , , request, response]: CommandRow = COMMANDS[command];
    return layoutFields(`${response} ${request}`).map(({ name, kind }) => {
      const bytes = TEXT_FIELDS.includes(name) ? 'string' : 'bytes';
      const number = kind === 'u64' ? 'double' : 'uint32';
      return [`${command}.${name}`, [kind.startsWith('u') ? number : bytes, name]] as const;
    });
  });
  return { ...Object.fromEntries(entries), ...mapped(ITEM_FIELDS, ([type, label]) => [type, label]) };
}

function bodies(): Map<number, LuaValue> {
  return new Map(
    (Object.keys(BODIES) as BodyKind[]).map(kind => {
      const [number, layout] = BODIES[kind];
      const read = fieldsOf(layout, name => {
        const words =
          name === 'change' ? POWER_CHANGES.map(change => POWER_TEXTS[change]) : BODY_VALUES[name];
        return { name: fieldName(kind, name), ...(words && { words: byPlace(words) }) };
      });
      return [number, { kind, fields: read }];
    }),
  );
}

/** The texts of items, with the names of the dissector in their braces. */
function texts(): Readonly<Record<string, LuaValue>> {
  return mapped(TEXTS, (text, kind) => text.replace(/\w+(?=\})/g, name => fieldName(kind, name)));
}

function mapped<T>(
  table: Readonly<Record<string, T>>,
  change: (value: T, key: string) => LuaValue,
): Readonly<Record<string, LuaValue>> {
  return Object.fromEntries(Object.entries(table).map(([key, value]) => [key, change(value, key)]));
}

/** Every byte as a character of a quoted text. */
const QUOTED = Array.from({ length: 256 }, (_, byte) =>
  visible(JSON.stringify(String.fromCharCode(byte)).slice(1, -1)),
);

/** Returns the dissector for Wireshark: a Lua plugin, made of the tables of the protocol and of traces. */
export function dissectorText(): string {
  const tables: Readonly<Record<string, LuaValue>> = {
    COMMANDS: commands(),
    REFUSALS: new Map((Object.keys(REFUSALS) as RefusalName[]).map(name => [REFUSALS[name].code, name])),
    BODIES: bodies(),
    FIELDS: fields(),
    TEXTS: texts(),
    WORDS: {
      'left_out.why': Object.fromEntries(LEFT_OUT.map(why => [why, leftOutText(why)])),
      'key.down': KEY_TEXTS,
    },
    WAYS: byPlace(WAYS),
    FRAME_FAULTS,
    MESSAGE_FAULTS,
    QUOTED: byPlace(QUOTED),
    SERIAL_ALPHABET: PAIRING_ALPHABET.toUpperCase(),
    BODY_VERSION,
    PACKET_ANSWER,
    FRAME_CHARS_MAX,
    BASE64_CHARS_MIN,
    NOISE_CHARS_MAX,
    SEALED_BYTES_MIN: 1 + COUNTER_BYTES + CCM_TAG_BYTES,
    REPORTS,
  };
  const head = Object.entries(tables).map(([name, value]) => `local ${name} = ${lua(value)}`);
  return `${HEAD}\n${head.join('\n')}\n\n${DISSECTOR_BODY}`;
}

const HEAD = `-- Shows traces of passfob in Wireshark and tshark. Made by: passfob trace --dissector
-- To install it, put it into the folder of personal Lua plugins (Help, About Wireshark, Folders).`;
