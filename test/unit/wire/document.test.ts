import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { TRIVIAL_PINS } from '../../kit/trivial-pins.ts';
import { tableAfter } from '../../tools/tidy/tables.ts';
import { vectorsOf } from './kit/samples.ts';
import { type Document, SECOND_CLIENT } from './kit/second-client.ts';
import { OUTPUTS, VECTOR_KINDS, type VectorKind } from './kit/vectors.ts';

const page = readFileSync(new URL('../../../docs/protocol.md', import.meta.url), 'utf8');

const rows = (marker: string) =>
  (tableAfter(marker, page) ?? []).map(cells => cells.map(cell => cell.replaceAll('`', '')));

/** The list in the fence behind its marker. */
const popularPins =
  /<!-- made: popular-pins -->[^`]*```\n([\s\S]*?)\n```/.exec(page)?.[1]?.split(/\s+/) ?? [];

const document: Document = {
  commands: Object.fromEntries(
    rows('made: wire-commands').map(([code, name, , , request = '', response = '']) => [
      name,
      { code: Number(code), request, response },
    ]),
  ),
  refusals: Object.fromEntries(rows('made: wire-refusals').map(([code, name]) => [name, Number(code)])),
  popularPins,
};

/** The page must suffice: another client, built from the page alone, computes the outputs from the inputs. */
function secondOutputOf(kind: VectorKind, input: unknown): unknown {
  return (SECOND_CLIENT[kind] as (document: Document, input: unknown) => unknown)(document, input);
}

it.each(VECTOR_KINDS)('docs/protocol.md suffices for another client to reproduce the vectors: %s', kind => {
  const vectors = Object.entries(vectorsOf(kind));
  expect(vectors).not.toEqual([]);
  for (const [name, vector] of vectors) {
    expect({ name, out: secondOutputOf(kind, vector.in) }).toEqual({ name, out: vector.out });
  }
});

it('docs/protocol.md says which PINs are trivial', () => {
  const four = Array.from({ length: 10_000 }, (_, pin) => String(pin).padStart(4, '0'));
  const listed = popularPins.flatMap(pin => [pin, [...pin].reverse().join('')]);
  const differing = [...four, ...listed, ...TRIVIAL_PINS].filter(text => {
    const input = { pin: Buffer.from(text).toString('hex') };
    return OUTPUTS.pins(input).trivial !== SECOND_CLIENT.pins(document, input).trivial;
  });
  expect(popularPins.length).toBeGreaterThan(50);
  expect(differing).toEqual([]);
});
