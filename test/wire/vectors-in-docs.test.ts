import { existsSync, readFileSync } from 'node:fs';
import { COMMANDS } from '@passfob/protocol/commands';
import * as limits from '@passfob/protocol/limits';
import { describe, expect, it } from 'vitest';
import { TRIVIAL_PINS } from '../kit/trivial-pins.ts';
import { tableAfter } from '../tidy/tables.ts';
import { type Document, SECOND_CLIENT } from './kit/second-client.ts';
import { OUTPUTS, outputOf, VECTOR_KINDS, type VectorKind } from './kit/vectors.ts';

type Vectors = Record<string, { in: unknown; out: unknown }>;

const page = readFileSync(new URL('../../docs/protocol.md', import.meta.url), 'utf8');

const rows = (marker: string) =>
  (tableAfter(marker, page) ?? []).map(cells => cells.map(cell => cell.replaceAll('`', '')));

/** Returns the text in the fence behind a marker. */
function fenced(marker: string): string {
  const [, behind = ''] = page.split(`<!-- ${marker} -->`);
  const [, content = ''] = /^\s*```\w*\n([\s\S]*?)\n```/.exec(behind) ?? [];
  return content;
}

const document: Document = {
  commands: Object.fromEntries(
    rows('commands').map(([code, name, , , request = '', response = '']) => [
      name,
      { code: Number(code), request, response },
    ]),
  ),
  refusals: Object.fromEntries(rows('refusals').map(([code, name]) => [name, Number(code)])),
  popularPins: fenced('popular-pins').split(/\s+/),
};

const vectors = JSON.parse(fenced('vectors')) as Record<VectorKind, Vectors>;

function golden(kind: VectorKind): Vectors {
  const paths = ['v1', 'v2'].map(version => new URL(`${version}/${kind}.json`, import.meta.url));
  const read = paths.filter(existsSync).map(path => JSON.parse(readFileSync(path, 'utf8')) as Vectors);
  return Object.assign({}, ...read) as Vectors;
}

/** The page must suffice: another client, built from the page alone, computes the outputs from the inputs. */
function secondOutputOf(kind: VectorKind, input: unknown): unknown {
  return (SECOND_CLIENT[kind] as (document: Document, input: unknown) => unknown)(document, input);
}

describe('docs/protocol.md', () => {
  it('docs/protocol.md has vectors of every kind', () => {
    expect(Object.keys(vectors).sort()).toEqual([...VECTOR_KINDS].sort());
    for (const kind of VECTOR_KINDS) expect(Object.keys(vectors[kind]).length).toBeGreaterThan(0);
  });

  it('docs/protocol.md has an answered request of every command', () => {
    const exchanges = [...Object.values(vectors.clear), ...Object.values(vectors.sealed)].map(
      vector => vector.in as { command: string; refusal?: string },
    );
    const answered = exchanges.filter(({ refusal }) => refusal === undefined).map(({ command }) => command);
    expect(
      [...new Set(answered)].sort(),
      'Copy one golden exchange of the command from test/wire/v2 into the vectors of docs/protocol.md.',
    ).toEqual(Object.keys(COMMANDS).sort());
  });

  it('docs/protocol.md states every limit of the wire and its value', () => {
    const stated = rows('limits').map(([name, value]) => [name, Number(value)]);
    expect(Object.fromEntries(stated)).toEqual({ ...limits });
  });

  it.each(VECTOR_KINDS)('docs/protocol.md has vectors that the code reproduces: %s', kind => {
    for (const [name, vector] of Object.entries(vectors[kind])) {
      expect({ name, out: outputOf(kind, vector.in) }).toEqual({ name, out: vector.out });
    }
  });

  it.each(VECTOR_KINDS)(
    'docs/protocol.md suffices for another client to reproduce its vectors and the golden bytes: %s',
    kind => {
      for (const [name, vector] of Object.entries({ ...vectors[kind], ...golden(kind) })) {
        expect({ name, out: secondOutputOf(kind, vector.in) }).toEqual({ name, out: vector.out });
      }
    },
  );

  it('docs/protocol.md says which PINs are trivial', () => {
    const four = Array.from({ length: 10_000 }, (_, pin) => String(pin).padStart(4, '0'));
    const listed = document.popularPins.flatMap(pin => [pin, [...pin].reverse().join('')]);
    const differing = [...four, ...listed, ...TRIVIAL_PINS].filter(text => {
      const input = { pin: Buffer.from(text).toString('hex') };
      return OUTPUTS.pins(input).trivial !== SECOND_CLIENT.pins(document, input).trivial;
    });
    expect(document.popularPins.length).toBeGreaterThan(50);
    expect(differing).toEqual([]);
  });
});
