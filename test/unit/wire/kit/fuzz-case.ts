import { Reader, Writer } from '@passfob/protocol/bytes';
import { COMMANDS, type CommandName } from '@passfob/protocol/commands';
import { encodeClear, encodeFrame, FRAME_SEALED_REQUEST } from '@passfob/protocol/frame';
import { decodeFields, encodeFields } from '@passfob/protocol/layout';
import { PAYLOAD_BYTES_MAX } from '@passfob/protocol/limits';
import type { Session } from '@passfob/protocol/session';
import { Randomness } from './randomness.ts';
import { EXCHANGES, FRAMES, sample } from './samples.ts';
import { check, isSame, primitives, SuspectFob } from './suspect-fob.ts';
import { OUTPUTS, sessionsOf, valuesOf } from './vectors.ts';

const NAMES = Object.keys(COMMANDS) as CommandName[];
const LAYOUTS = NAMES.flatMap(name => [COMMANDS[name][3], COMMANDS[name][4]]);

/** Command byte and fields of every sample. */
const REQUESTS = EXCHANGES.filter(({ in: { refusal } }) => refusal === undefined).map(({ in: input }) => {
  const { command, request } = input;
  const out = new Writer(PAYLOAD_BYTES_MAX).number(COMMANDS[command][0], 1);
  encodeFields(COMMANDS[command][3], valuesOf(request), out);
  return out.done();
});

const GOOD = OUTPUTS.clear(sample('clear', 'pair')).requestFrame;
const { owner: OWNER, fob: FOB } = sessionsOf(sample('handshakes', 'pairing key'));

/** Returns the fob's side of the session, fresh: opening moves only this number. */
function freshSession(): Session {
  FOB.received = -1;
  return FOB;
}

function mutated(chance: Randomness, text: string): string {
  const at = chance.below(text.length + 1);
  const end = at + chance.below(chance.once(2) ? 4 : text.length);
  const [before, middle, after] = [text.slice(0, at), text.slice(at, end), text.slice(end)];
  switch (chance.below(8)) {
    case 0:
      return (
        before + String.fromCharCode(text.charCodeAt(at) ^ (1 << chance.below(8)) || 0) + text.slice(at + 1)
      );
    case 1:
      return before + after;
    case 2:
      return before + middle + middle + after;
    case 3:
      return before + chance.text(chance.below(12)) + text.slice(at);
    case 4:
      return before + chance.text(middle.length) + after;
    case 5:
      return before + chance.pick([' ', '=', '~', '\n', '\t', '\r']).repeat(middle.length) + after;
    case 6:
      return before + chance.pick(FRAMES) + text.slice(at);
    default:
      // The bits that padding leaves over.
      return text.replace(/[A-Za-z0-9+/](?==)/, () => chance.pick('ABCDEFGHQghw01+/'));
  }
}

/** Does the same for bytes. */
function mutatedBytes(chance: Randomness, bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1');
  return new Uint8Array(Buffer.from(mutated(chance, text).slice(0, PAYLOAD_BYTES_MAX - 20), 'latin1'));
}

function body(chance: Randomness): Uint8Array {
  if (chance.once(4)) return chance.edgyBytes(chance.below(260));
  if (chance.once(4)) {
    const [code, , , layout] = COMMANDS[chance.pick(NAMES)];
    return Uint8Array.of(code, ...loose(chance, layout)).subarray(0, PAYLOAD_BYTES_MAX - 20);
  }
  const request = chance.pick(REQUESTS);
  return chance.once(8) ? request : mutatedBytes(chance, request);
}

/** Sends text in pieces of any size, then a good frame, which must arrive. */
function stream(chance: Randomness, text: string): void {
  const fob = new SuspectFob(freshSession());
  for (let at = 0; at < text.length; ) {
    const length = 1 + chance.below(chance.once(2) ? 8 : 700);
    fob.receive(text.slice(at, at + length));
    at += length;
  }
  fob.receive(GOOD);
  check(fob.texts.at(-1) === GOOD.slice(1, -1), 'the next good frame was not received');
}

/** The text between a mark and its newline reaches the decoder: here always as many characters as it takes. */
function line(chance: Randomness): string {
  const length = 4 + 4 * chance.below(8);
  const end = chance.pick(['', '=', '==', '= ', ' =']);
  const space = chance.pick([' ', '\t', '\v', '\f', '\r', '\0', '=', 'A']);
  const start = chance.pick(['', '', 'A', 'B', chance.text(1)]);
  const middle = length - start.length - end.length;
  return `~${start}${chance.once(2) ? space.repeat(middle) : chance.text(middle)}${end}\n`;
}

function hostileText(chance: Randomness): string {
  if (chance.once(2)) return line(chance);
  const text = chance.text(chance.below(chance.once(20) ? 3000 : 60));
  return chance.once(2) ? text : text.replaceAll('\n', chance.pick('~x'));
}

function hostileStream(chance: Randomness): void {
  let text = '';
  for (let count = chance.below(3); count >= 0; count--) text += chance.pick(FRAMES);
  for (let count = chance.below(4); count >= 0; count--) text = mutated(chance, text);
  stream(chance, text);
}

/** Sends a frame with a right CRC, or a record with a right tag, around anything. */
function wrapped(chance: Randomness): void {
  const fob = new SuspectFob(freshSession());
  const content = body(chance);
  const draw = chance.below(8);
  if (draw < 2) {
    const plain = new Writer(PAYLOAD_BYTES_MAX).number(draw ? FRAME_SEALED_REQUEST : chance.below(5), 1);
    const counter = chance.pick([0, 1, 65534, 65535, 4294967295]);
    fob.receive(encodeFrame(primitives, OWNER.seal(counter, plain.raw(content).done())));
  } else if (draw < 3) {
    const long = chance.bytes(PAYLOAD_BYTES_MAX + 1 + chance.below(300));
    long[0] = FRAME_SEALED_REQUEST;
    fob.receive(encodeFrame(primitives, long));
  } else {
    const clear = new Writer(PAYLOAD_BYTES_MAX).number(1, 1).number(chance.below(256), 1).raw(content);
    fob.receive(encodeClear(primitives, clear));
  }
  check(fob.texts.length === 1, 'a whole frame was not received');
}

/** Returns bytes that follow a layout, except for some fields that are longer than it allows. */
function loose(chance: Randomness, layout: string): Uint8Array {
  const parts = layout
    .split(' ')
    .filter(Boolean)
    .map(field => {
      const size = Number(field.slice(field.indexOf(':') + 2));
      const kind = field.charAt(field.indexOf(':') + 1);
      if (kind !== 'v') return chance.edgyBytes(kind === 'u' ? size / 8 : size);
      const length = Math.min(255, chance.pick([0, 1, size, size, size + 1, size + 40]));
      return Uint8Array.of(length, ...chance.bytes(length));
    });
  return new Uint8Array(Buffer.concat(parts));
}

function layout(chance: Randomness): void {
  const kinds = chance.pick(LAYOUTS);
  const bytes = chance.pick([
    () => chance.edgyBytes(chance.below(80)),
    () => loose(chance, kinds),
    () => body(chance).subarray(1),
  ])();
  const values = decodeFields(kinds, new Reader(bytes, 0));
  if (!values) return;
  const out = new Writer(PAYLOAD_BYTES_MAX);
  encodeFields(kinds, values, out);
  check(!out.full && isSame(out.done(), bytes), 'two ways to write the same fields');
}

/**
 * Runs one fuzzed case.
 * @throws where a rule does not hold; the caller names the seed
 */
export function fuzzCase(seed: number): void {
  const chance = new Randomness(seed);
  const draw = chance.below(16);
  if (draw < 6) stream(chance, hostileText(chance));
  else if (draw < 10) hostileStream(chance);
  else if (draw < 12) wrapped(chance);
  else if (draw < 14) layout(chance);
  else new SuspectFob().dispatch(chance.below(2), body(chance), 0);
}
