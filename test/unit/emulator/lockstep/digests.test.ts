import { readFileSync, writeFileSync } from 'node:fs';
import { TABLE } from '@passfob/emulator/core/table';
import { expect, it } from 'vitest';
import { DIGESTS_SEED, digestsOf, trialsOfAll } from './digests.ts';
import { InstructionSource } from './trials.ts';

const FILE = new URL('digests.json', import.meta.url);

/** Where one differs, `rows.slow.test.ts` names the instruction, the register and its value beside Unicorn. */
it('instructions of every row do what they did when they were compared with Unicorn', () => {
  const digests = digestsOf(trialsOfAll(new InstructionSource(TABLE), DIGESTS_SEED), DIGESTS_SEED);
  if (process.env.PASSFOB_UPDATE_GOLDEN === '1') writeFileSync(FILE, `${JSON.stringify(digests, null, 2)}\n`);
  expect(digests).toEqual(JSON.parse(readFileSync(FILE, 'utf8')));
});
