import { SHA1_AND_SHA256 } from '@passfob/firmware/boards/parts/algorithms';
import { COMMANDS } from '@passfob/protocol/commands';
import { describe, expect, it } from 'vitest';
import { textOf } from '../tidy/files.ts';

const page = textOf('docs/comparison.md') ?? '';

/** Returns the rows of the table below a heading, cell by cell, with the head first. */
function tableBelow(heading: string): string[][] {
  const [, below = ''] = page.split(`\n## ${heading}\n`);
  const lines = (below.split('\n## ')[0] ?? '').split('\n').filter(line => line.startsWith('|'));
  const rows = lines.map(line =>
    line
      .slice(1, -1)
      .split(' | ')
      .map(cell => cell.replaceAll('**', '').trim()),
  );
  return rows.filter(([first]) => !first?.startsWith('--'));
}

const [head = [], ...compared] = tableBelow('In one table');
const [, sources = ''] = page.split('\n## How we know\n');
/** The sources of the products, in the order of the columns, with the letter of each: `P1`. */
const listed = ['privacyIDEA', 'Token2', 'Yubico', 'Thales'].map(product => {
  const [, list = ''] = new RegExp(`\\n\\* ${product}: ([^*]*)`).exec(sources) ?? [];
  return [...list.matchAll(/\b([PTYS]\d)\s+(?:https:\/\/|`[\w/-]+\.html`|version )/g)].map(
    ([, letter]) => letter,
  );
});

describe('docs/comparison.md', () => {
  it('every claim about Passfob has a test or a document, and every one about others a source', () => {
    expect(compared.length).toBeGreaterThan(10);
    const cited: (readonly string[])[] = [[], [], [], []];
    for (const [row = '', passfob = '', ...others] of compared) {
      const isClaim = !/^(?:no|untried|–)/.test(passfob);
      if (isClaim) expect([row, passfob]).toEqual([row, expect.stringMatching(/\]\([.\w/-]+\)/)]);
      for (const [at, cell] of others.entries()) {
        if (cell === '–') continue;
        expect([row, cell]).toEqual([row, expect.stringMatching(/ \([PTYS]\d\)$/)]);
        cited[at] = [...(cited[at] ?? []), cell.slice(-3, -1)];
      }
    }
    expect(cited.map(letters => [...new Set(letters)].sort())).toEqual(listed.map(letters => letters.sort()));
    expect(head).toHaveLength(6);
  });

  it('what only Passfob does is shown by a test each', () => {
    const [, below = ''] = page.split('\n## What we found in none of the others\n');
    const points = (below.split('\n## ')[0] ?? '').split('\n* ').slice(1);
    expect(points.length).toBeGreaterThan(3);
    for (const point of points) expect(point).toMatch(/\]\(\.\.\/test\/[\w/.-]+\)/);
  });

  it('no answer of a fob has a secret in it, and the Espruino Pico computes no SHA-512, as the page says', () => {
    const answers = Object.values(COMMANDS).map(command => command[4]);
    expect(answers.filter(answer => /secret|seed|pairingKey/i.test(answer))).toEqual([]);
    // Bit 3 is SHA-512.
    expect(SHA1_AND_SHA256 & 8).toBe(0);
    expect(page).toMatch(
      /^\| hash \| SHA-1 and SHA-256; SHA-512 on the Bangle\.js 2, not on the Espruino Pico /m,
    );
  });
});
