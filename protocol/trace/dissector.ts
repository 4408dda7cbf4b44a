import { COMMANDS, type CommandName, type CommandRow } from '../commands.ts';
import { FRAME_CHARS_MAX, PACKET_ANSWER } from '../limits.ts';
import { REFUSALS, type RefusalName } from '../refusals.ts';
import { BODY_KINDS, BODY_VERSION } from './bodies.ts';
import { DISSECTOR_BODY } from './dissector-body.ts';
import { layoutFields } from './fields.ts';
import { FRAME_FAULTS } from './frames.ts';
import { NOISE_CHARS_MAX } from './limits.ts';
import { MESSAGE_FAULTS } from './messages.ts';
import { LEFT_OUT, MEMORIES, MEMORY_ACTS, POWER_CHANGES, WAYS } from './records.ts';
import { REPORTS } from './stream.ts';
import { leftOutText, POWER_TEXTS } from './text.ts';
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
function byPlace(words: readonly string[]): Map<number, LuaValue> {
  return new Map(words.map((word, place) => [place, word]));
}

function byNumber(names: Readonly<Record<number, string>> | undefined): Map<number, LuaValue> {
  return new Map(Object.entries(names ?? {}).map(([number, name]) => [Number(number), name]));
}

/** The fields of a layout, with what the dissector needs to show them. */
function fieldsOf(command: CommandName, layout: string): LuaValue {
  return layoutFields(layout).map(({ name, kind }) => {
    const sum = entryOf(SUMS, command, name);
    const named = entryOf(NAMED_VALUES, command, name);
    return {
      name,
      kind: kind.charAt(0),
      size: Number(kind.slice(1)),
      text: TEXT_FIELDS.includes(name),
      ...(named && { values: byNumber(named) }),
      ...(sum && { bits: byNumber(sum) }),
    };
  });
}

function commands(): Map<number, LuaValue> {
  const rows = new Map<number, LuaValue>();
  for (const name of Object.keys(COMMANDS) as CommandName[]) {
    const [code, , , request, response]: CommandRow = COMMANDS[name];
    rows.set(code, { name, request: fieldsOf(name, request), response: fieldsOf(name, response) });
  }
  return rows;
}

function refusals(): Map<number, LuaValue> {
  return new Map((Object.keys(REFUSALS) as RefusalName[]).map(name => [REFUSALS[name].code, name]));
}

/** Returns the dissector for Wireshark: a Lua plugin, made of the tables of the protocol. */
export function dissectorText(): string {
  const tables: Readonly<Record<string, LuaValue>> = {
    COMMANDS: commands(),
    REFUSALS: refusals(),
    FRAME_FAULTS,
    MESSAGE_FAULTS,
    LEFT_OUT: byPlace(LEFT_OUT),
    LEFT_OUT_TEXTS: byPlace(LEFT_OUT.map(leftOutText)),
    WAYS: byPlace(WAYS),
    POWER: byPlace(POWER_CHANGES.map(change => POWER_TEXTS[change])),
    MEMORIES: byPlace(MEMORIES),
    MEMORY_ACTS: byPlace(MEMORY_ACTS),
    KINDS: new Map(Object.entries(BODY_KINDS).map(([name, number]) => [number, name])),
    BODY_VERSION,
    ANSWER: PACKET_ANSWER,
    FRAME_CHARS_MAX,
    NOISE_CHARS_MAX,
    REPORTS,
  };
  const head = Object.entries(tables).map(([name, value]) => `local ${name} = ${lua(value)}`);
  return `${HEAD}\n${head.join('\n')}\n\n${DISSECTOR_BODY}`;
}

const HEAD = `-- Shows traces of passfob in Wireshark and tshark. Made by: passfob trace --dissector
-- To install it, put it into the folder of personal Lua plugins (Help, About Wireshark, Folders).`;
