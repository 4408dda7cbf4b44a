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
const [, ...proved] = tableBelow('How we know');
const proofs = new Map(proved.map(([row = '', ours = '', others = '']) => [row, { ours, others }]));

describe('docs/comparison.md', () => {
  it('every row of the comparison has a test or a document, and a source for what it says of others', () => {
    expect(compared.length).toBeGreaterThan(10);
    expect([...proofs.keys()].sort()).toEqual(compared.map(([row]) => row ?? '').sort());
    for (const [row = '', passfob = '', ...others] of compared) {
      const proof = proofs.get(row);
      const isClaim = !/^(?:no|untried|–)/.test(passfob);
      if (isClaim) expect([row, proof?.ours]).toEqual([row, expect.stringMatching(/\]\([.\w/-]+\)/)]);
      if (others.some(cell => cell !== '–'))
        expect([row, proof?.others]).toEqual([row, expect.stringMatching(/https:\/\/|performance\.md/)]);
    }
    expect(head).toHaveLength(6);
  });

  it('what only Passfob does is shown by a test each', () => {
    const [, below = ''] = page.split('\n## What we found in none of the others\n');
    const points = (below.split('\n## ')[0] ?? '').split('\n* ').slice(1);
    expect(points.length).toBeGreaterThan(3);
    for (const point of points) expect(point).toMatch(/\]\(\.\.\/test\/[\w/.-]+\)/);
  });

  it('no answer of a fob has a secret in it, and the Pico computes no SHA-512, as the page says', () => {
    const answers = Object.values(COMMANDS).map(command => command[4]);
    expect(answers.filter(answer => /secret|seed|pairingKey/i.test(answer))).toEqual([]);
    // Bit 3 is SHA-512.
    expect(SHA1_AND_SHA256 & 8).toBe(0);
    expect(page).toMatch(/^\| hash \| SHA-1 and SHA-256; SHA-512 on the Bangle\.js 2, not on the Pico \|/m);
  });
});
