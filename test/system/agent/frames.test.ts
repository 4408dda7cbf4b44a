import { crc32 } from 'node:zlib';
import { Writer } from '@passfob/protocol/bytes';
import { encodeClear, FRAME_REQUEST, FRAME_RESPONSE } from '@passfob/protocol/frame';
import { FRAME_CHARS_MAX, PAYLOAD_BYTES_MAX } from '@passfob/protocol/limits';
import fc from 'fast-check';
import { hostPrimitives } from 'passfob/client/primitives';
import { FrameFilter } from 'passfob/transports/frames-only';
import { describe, expect, it } from 'vitest';
import { fromFob, toFob } from './kit/frames.ts';

const TYPES = { owner: [1, 3], fob: [2, 4] } as const;
type Sender = keyof typeof TYPES;

const sealed = fc.string({ unit: 'binary-ascii', maxLength: 376 });
const clear = (type: number) =>
  fc
    .uint8Array({ minLength: 0, maxLength: PAYLOAD_BYTES_MAX - 5 })
    .map(body => encodeClear(hostPrimitives, new Writer(PAYLOAD_BYTES_MAX).number(type, 1).raw(body)));
const frames = {
  owner: fc.oneof(clear(FRAME_REQUEST), sealed.map(toFob)),
  fob: fc.oneof(clear(FRAME_RESPONSE), sealed.map(fromFob)),
};
const line = fc.constantFrom(
  '\x10print(require("Storage").read("keys"))\n',
  '\x03\x1b[J>',
  '~print(1)\n',
  '=undefined\r\n>',
  'Uncaught SyntaxError: Got ~\n',
  '\n',
  '~',
  'A'.repeat(3 * FRAME_CHARS_MAX),
);
const noise = fc.oneof(
  line,
  fc.uint8Array({ maxLength: 700 }).map(bytes => Buffer.from(bytes).toString('latin1')),
);
/** A part of a stream, and whether the filter must let it through. */
const part = (sender: Sender) =>
  fc.oneof(
    frames[sender].map(text => ({ text, passes: true })),
    frames[sender === 'fob' ? 'owner' : 'fob'].map(text => ({ text, passes: false })),
    // A damaged frame, and the beginning of one.
    frames[sender].map(text => ({ text: `${text.slice(0, 9)}*${text.slice(9)}`, passes: false })),
    frames[sender].map(text => ({ text: `${text.slice(0, -1)}\r\n`, passes: false })),
    frames[sender].map(text => ({ text: text.slice(0, 7), passes: false })),
    noise.map(text => ({ text, passes: false })),
  );

/** Passes a text through a filter, in chunks of these lengths by turns. */
function through(sender: Sender, text: string, lengths: readonly number[]): string[] {
  const filter = new FrameFilter(sender);
  const out: string[] = [];
  for (let at = 0, turn = 0; at < text.length; turn++) {
    const length = lengths[turn % lengths.length] ?? 1;
    out.push(...filter.receive(text.slice(at, at + length)));
    at += length;
  }
  return out;
}

const chunks = fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 8 });

/** Whether a text is one frame of this sender, by other means than the code under test. */
function isFrame(sender: Sender, frame: string): boolean {
  const text = /^~([A-Za-z0-9+/]{6,506}={0,2})\n$/.exec(frame)?.[1];
  if (text === undefined || frame.length > FRAME_CHARS_MAX) return false;
  const bytes = Buffer.from(text, 'base64');
  const [type = 0] = bytes;
  const isWhole = type > 2 || crc32(bytes.subarray(0, -4)) === bytes.readUInt32BE(bytes.length - 4);
  return bytes.toString('base64') === text && TYPES[sender].some(one => one === type) && isWhole;
}

describe.each(['owner', 'fob'] as const)('what a relay lets through from the %s', sender => {
  it('of any stream only well-formed frames of that sender come out, in any chunking', () => {
    fc.assert(
      fc.property(fc.array(part(sender), { maxLength: 12 }), chunks, (parts, lengths) => {
        const out = through(sender, parts.map(({ text }) => text).join(''), lengths);
        expect(out.filter(frame => !isFrame(sender, frame))).toEqual([]);
        expect(out).toEqual(parts.filter(({ passes }) => passes).map(({ text }) => text));
      }),
      { numRuns: 300 },
    );
  });

  it('a stream of valid frames passes unchanged, in any chunking', () => {
    fc.assert(
      fc.property(fc.array(frames[sender], { maxLength: 12 }), chunks, (valid, lengths) => {
        expect(through(sender, valid.join(''), lengths)).toEqual(valid);
      }),
      { numRuns: 300 },
    );
  });

  it('a frame of the longest length passes, a longer one does not', () => {
    const longest = sender === 'owner' ? toFob('x'.repeat(376)) : fromFob('x'.repeat(376));
    expect(longest).toHaveLength(FRAME_CHARS_MAX);
    expect(through(sender, longest, [1])).toEqual([longest]);
    expect(through(sender, `${longest.slice(0, -1)}AAAA\n`, [1])).toEqual([]);
  });
});
