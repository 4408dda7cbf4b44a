// Child of mutations.slow.test.ts: reads changed files of the corpus in a process of its own, whose memory the system
// measures. One JSON line comes in on standard input, one JSON line a report goes out.
import { existsSync, readFileSync } from 'node:fs';
import { isFobError } from 'passfob/errors';
import { FORMAT_NAMES } from 'passfob/formats/format-names';
import { readFiles } from 'passfob/formats/read';

/** How often progress is reported: the parent takes silence for a file that hangs. */
const REPORT_MS = 250;

/** mulberry32: 32 bits of state, so that a seed and a number give the same file everywhere. */
function randomFrom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = limit => Math.floor(next() * limit);
  return { below, pick: list => list[below(list.length)] };
}

const NUMBERS = [
  '0',
  '-1',
  '1',
  '7',
  '1e999',
  '-0',
  '0.5',
  '2147483648',
  '4294967296',
  '9007199254740993',
  '99999999999999999999999',
  '00000000000001',
  'NaN',
  'null',
  'true',
  '""',
  '[]',
  '{}',
];
const PIECES = [
  '"',
  "'",
  '\\',
  '{',
  '}',
  '[',
  ']',
  '<',
  '>',
  '</',
  '/>',
  '&',
  '&amp;',
  '&#0;',
  '<!--',
  '<![CDATA[',
  '<!DOCTYPE a [',
  '?>',
  ',',
  ';',
  '\t',
  '\n',
  '\r',
  '\0',
  '\ufeff',
  '%',
  '%00',
  '=',
  '#',
  '# version: 2\n',
  ' ',
  '\ud7ff',
  'otpauth://totp/a?secret=',
  'otpauth-migration://offline?data=',
  '__proto__',
  'constructor',
  'secret',
  'serial',
  'HOTP/T30/6 ',
  'steam://',
  'GEZDGNBVGY3TQOJQ',
  '3132333435363738393031323334353637383930',
];
const INHERITED = ['constructor', '__proto__', 'toString', 'hasOwnProperty', 'length', 'valueOf'];
/** Else the copies that the edits make would take more memory than the readers. */
const BYTES_MAX = 2_000_000;
const OPENERS = ['[', '{"a":', '<a>', '(', '"', '<a b="'];

const slice = (bytes, from, to) => bytes.subarray(from, to);
const joined = (...parts) => Buffer.concat(parts);
const text = string => Buffer.from(string, 'utf8');

/** A piece of the bytes, mostly short. */
function range(bytes, random) {
  const from = random.below(bytes.length + 1);
  const most = random.below(4) === 0 ? bytes.length : 40;
  return [from, Math.min(bytes.length, from + 1 + random.below(most))];
}

const EDITS = {
  flip(bytes, random) {
    const copy = Buffer.from(bytes);
    for (let left = 1 + random.below(8); left > 0 && copy.length > 0; left--)
      copy[random.below(copy.length)] ^= 1 << random.below(8);
    return copy;
  },
  cut: (bytes, random) => slice(bytes, 0, random.below(bytes.length + 1)),
  remove(bytes, random) {
    const [from, to] = range(bytes, random);
    return joined(slice(bytes, 0, from), slice(bytes, to));
  },
  repeat(bytes, random) {
    const [from, to] = range(bytes, random);
    const most = Math.ceil(BYTES_MAX / (to - from + 1));
    const times = Math.min(most, random.below(20) === 0 ? 200 : 1 + random.below(3));
    return joined(slice(bytes, 0, to), ...Array(times).fill(slice(bytes, from, to)), slice(bytes, to));
  },
  number(bytes, random) {
    const runs = [...bytes.toString('latin1').matchAll(/\d+/g)];
    if (runs.length === 0) return bytes;
    const { 0: run, index } = random.pick(runs);
    const other = random.below(3) === 0 ? String(Number(run) + random.pick([-1, 1])) : random.pick(NUMBERS);
    return joined(slice(bytes, 0, index), text(other), slice(bytes, index + run.length));
  },
  nest(bytes, random) {
    const at = random.below(bytes.length + 1);
    const depth = random.below(50) === 0 ? 20_000 : random.below(200);
    return joined(slice(bytes, 0, at), text(random.pick(OPENERS).repeat(depth)), slice(bytes, at));
  },
  long(bytes, random) {
    const at = random.below(bytes.length + 1);
    const length = random.below(100) === 0 ? 300_000 : random.below(3_000);
    return joined(
      slice(bytes, 0, at),
      text(random.pick(['A', '1', ' ', ',', '=', '\n', 'é']).repeat(length)),
      slice(bytes, at),
    );
  },
  /** Names from the file stand in each other's place, or one that all objects have. */
  word(bytes, random) {
    const found = [...bytes.toString('latin1').matchAll(/[\w:#./-]{2,80}/g)];
    if (found.length === 0) return bytes;
    const { 0: word, index } = random.pick(found);
    const other = random.below(2) === 0 ? random.pick(found)[0] : random.pick(INHERITED);
    return joined(slice(bytes, 0, index), text(other), slice(bytes, index + word.length));
  },
  insert(bytes, random) {
    const at = random.below(bytes.length + 1);
    return joined(slice(bytes, 0, at), text(random.pick(PIECES)), slice(bytes, at));
  },
  splice(bytes, random, others) {
    const at = random.below(bytes.length + 1);
    const other = random.pick(others).bytes;
    const [from, to] = range(other, random);
    return joined(slice(bytes, 0, at), slice(other, from, to), slice(bytes, at));
  },
  utf16: bytes => Buffer.from(`\ufeff${bytes.toString('utf8')}`, 'utf16le'),
};
/** Most files get few changes, so that they reach the readers behind the parsers. */
const COUNTS = [1, 1, 1, 1, 2, 3, 5];
/** Each as often as the others, but for what changes the whole file. */
const NAMES = [
  ...Object.keys(EDITS),
  ...Object.keys(EDITS).filter(name => name !== 'utf16' && name !== 'cut'),
];

/** Returns a file, and the format it is read as: mostly the detected one. */
function made(seed, number, files) {
  const random = randomFrom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 1, 0x85ebca6b));
  const file = random.pick(files);
  let { bytes } = file;
  for (let left = random.pick(COUNTS); left > 0; left--) {
    bytes = slice(EDITS[random.pick(NAMES)](bytes, random, files), 0, BYTES_MAX);
  }
  const format = random.below(5) === 0 ? random.pick(FORMAT_NAMES) : undefined;
  return { file, bytes: new Uint8Array(bytes), format };
}

/** Returns ok or the kind of refusal; throws what must not happen. */
async function read({ file, bytes, format }) {
  const tools = {
    assumed: file.assumed,
    password: async () => file.password,
    key: async () => new Uint8Array(Buffer.from(file.key, 'hex')),
  };
  try {
    const rows = await readFiles([{ name: file.name, bytes }], tools, format);
    const isSound = rows.every(({ outcome }) => ['ok', 'skipped', 'refused'].includes(outcome.state));
    if (!isSound) throw new Error('a row has no known state');
    return rows.some(({ outcome }) => outcome.state === 'ok') ? 'some' : 'none';
  } catch (error) {
    if (!isFobError(error, 'bad-input')) throw error;
    return 'refused';
  }
}

const spentMs = from => {
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1_000;
};

async function main({ seed, from, count, files: given }) {
  const files = given.map(file => ({ ...file, bytes: readFileSync(file.path) }));
  const said = { some: 0, none: 0, refused: 0, slowestMs: 0, slowest: -1 };
  let reportedMs = performance.now();
  const report = (number, more) => process.stdout.write(`${JSON.stringify({ number, ...said, ...more })}\n`);
  for (let number = from; number < from + count; number++) {
    const one = made(seed, number, files);
    const start = process.cpuUsage();
    try {
      said[await read(one)]++;
    } catch (error) {
      report(number, {
        failure: `${one.file.name} as ${one.format ?? 'detected'}: ${error?.stack ?? error}`,
      });
      return;
    }
    const ms = spentMs(start);
    if (ms > said.slowestMs) Object.assign(said, { slowestMs: ms, slowest: number });
    if (performance.now() - reportedMs < REPORT_MS) continue;
    reportedMs = performance.now();
    report(number);
  }
  report(from + count, { isDone: true, peakKib: peakKib() });
}

/** Of this process alone: the `maxRSS` of Linux begins with that of the process which started this one. */
function peakKib() {
  const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? process.resourceUsage().maxRSS);
}

let input = '';
for await (const chunk of process.stdin.setEncoding('utf8')) input += chunk;
await main(JSON.parse(input));
