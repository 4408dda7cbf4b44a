import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { itNeeds, needsTool } from '../kit/tools.ts';
import { type Block, blocksOf, testsNamedBy, unmarked } from './blocks.ts';
import { runModule, runSession } from './session.ts';

// A session starts a dozen programs, one after another.
vi.setConfig({ testTimeout: 180_000 });

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');
const BLOCKS = blocksOf(README);

const executedAs = (kind: string) => BLOCKS.filter(({ executed }) => executed === kind);
const titleOf = ({ line, text: code }: Block) => `line ${line}: ${code.split('\n')[0]}`;

describe('code blocks of the README', () => {
  it('every code block of the README is executed here, or says why it is not', () => {
    expect(unmarked(BLOCKS).map(titleOf)).toEqual([]);
    const known = ['module', 'simulator', 'session'];
    expect(BLOCKS.filter(({ executed }) => executed !== undefined && !known.includes(executed))).toEqual([]);
    expect(known.filter(kind => executedAs(kind).length === 0)).toEqual([]);
  });

  it('a block that another test executes names a test that exists', () => {
    const named = testsNamedBy(BLOCKS);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter(path => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it.each(executedAs('module').map(block => [titleOf(block), block] as const))(
    'the README block runs: %s',
    (_, block) => runModule(block),
  );

  itNeeds(needsTool('socat'), 'the session of the README runs as printed', async socat => {
    const [start] = executedAs('simulator');
    if (start === undefined) throw new Error('README.md starts no simulated fob');
    await runSession(socat, start, executedAs('session'));
  });
});
