import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { needsBuilt } from '../../kit/built.ts';
import { countOf, firstSeed, LONG } from '../../kit/counts.ts';
import { describeNeeds } from '../../kit/tools.ts';
import { DEFECTS } from './table.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** How many defects are tried, chosen by the seed: in a full long run all of them. */
const TRIED = countOf(3, DEFECTS.length);
const MINUTE_MS = 60_000;

describeNeeds(needsBuilt('firmware/dist/build/main.js'), 'npm run mutants', () => {
  it(`the tests catch ${TRIED} of ${DEFECTS.length} deliberate defects`, {
    ...LONG,
    timeout: (5 + TRIED) * MINUTE_MS,
  }, () => {
    // One at a time: other tests run beside it.
    const options = ['--sample', String(TRIED), '--seed', String(firstSeed()), '--jobs', '1'];
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [join(root, 'test/tools/mutants/run.mjs'), ...options],
      { encoding: 'utf8' },
    );
    expect({ status, printed: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, printed: '' });
  });
});
