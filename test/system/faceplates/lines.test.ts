import { boundedLines } from '@passfob/simulator/faceplates/control/jsonl';
import fc from 'fast-check';
import { expect, it } from 'vitest';

async function linesOf(chunks: readonly Uint8Array[], maxBytes: number): Promise<(string | undefined)[]> {
  async function* input() {
    yield* chunks;
  }
  const lines: (string | undefined)[] = [];
  for await (const line of boundedLines(input(), maxBytes)) lines.push(line);
  return lines;
}

it('the line reader finds the same lines however the bytes arrive', async () => {
  const line = fc
    .array(fc.constantFrom('a', '{', '"', 'é', '😀', ' '), { maxLength: 12 })
    .map(parts => parts.join(''));
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 8 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
      async (lines, sizes) => {
        const bytes = Buffer.from(lines.join('\n'));
        const chunks: Uint8Array[] = [];
        for (let from = 0; from < bytes.length; ) {
          const size: number = sizes.next().value;
          chunks.push(bytes.subarray(from, from + size));
          from += size;
        }
        const kept = lines.filter(text => text !== '');
        const expected = kept.map(text => (Buffer.byteLength(text) > 20 ? undefined : text));
        expect(await linesOf(chunks, 20)).toEqual(expected);
      },
    ),
  );
});

it('the line reader takes both kinds of line end, and a last line without one', async () => {
  expect(await linesOf([Buffer.from('one\r\ntwo\n\n\r\nthree')], 20)).toEqual(['one', 'two', 'three']);
});

it('the line reader keeps no more of an endless line than its bound', async () => {
  let given = 0;
  const piece = new Uint8Array(1_048_576).fill(0x61);
  async function* endless() {
    for (; given < 64; given++) yield piece;
    yield Buffer.from('\nnext\n');
  }
  const before = process.memoryUsage().arrayBuffers;
  const lines = boundedLines(endless(), 4_096);
  expect((await lines.next()).value).toBeUndefined();
  expect(given).toBe(64);
  expect((await lines.next()).value).toBe('next');
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(8 * piece.length);
});
