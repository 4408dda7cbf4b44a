import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Block, blocksOf, testsNamedBy, unmarked } from './blocks.ts';
import { runModule } from './session.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const BLOCKS = blocksOf(README);

const EXECUTED = BLOCKS.filter(({ executed }) => executed !== undefined);
const titleOf = ({ line, text: code }: Block) => `line ${line}: ${code.split('\n')[0]}`;

describe('code blocks of the README', () => {
  it('every code block of the README is executed here, or says why it is not', () => {
    expect(unmarked(BLOCKS).map(titleOf)).toEqual([]);
    expect(new Set(EXECUTED.map(({ executed }) => executed))).toEqual(new Set(['module']));
  });

  it('a block that another test executes names a test that exists', () => {
    const named = testsNamedBy(BLOCKS);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter(path => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it.each(EXECUTED.map(block => [titleOf(block), block] as const))('the README block runs: %s', (_, block) =>
    runModule(block),
  );
});
