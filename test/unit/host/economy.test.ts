import { KIND_TOTP } from '@passfob/protocol/account';
import { pairBlank } from 'passfob/commands/pair';
import { verify } from 'passfob/commands/verify';
import { writeAccount } from 'passfob/commands/write-account';
import { expect, it } from 'vitest';
import { CoreFob } from './kit/core-fob.ts';
import { seedOf } from './kit/seeds.ts';
import { atHand, workplace } from './kit/workplace.ts';

const ROUND_TRIPS_MAX = 8;
const BYTES_MAX = 1_500;

it.each([
  { names: 'usual names', issuer: 'Example', label: 'alice@example.com', algorithm: 1 },
  // As much as a record of the smallest memory holds.
  { names: 'long names and secret', issuer: 'i'.repeat(10), label: 'l'.repeat(26), algorithm: 2 },
] as const)('a whole provisioning is eight round trips and 1.5 kB each way: $names', async row => {
  const { names: _, ...settings } = row;
  const fob = new CoreFob();
  const owner = workplace(fob);
  const ways = { toFob: [] as number[], toHost: [] as number[] };
  const counting = (way: keyof typeof ways) => (frame: string) => {
    ways[way].push(frame.length);
    return frame;
  };
  const atFob = await atHand(fob, { toFob: counting('toFob'), toHost: counting('toHost') });
  const { pairing, isClockSet } = await pairBlank(owner.context, atFob, { askCode: async () => fob.code });
  await writeAccount(owner.context, atFob, pairing, seedOf({ kind: KIND_TOTP, ...settings }));

  expect(ways.toFob).toHaveLength(ROUND_TRIPS_MAX);
  expect(ways.toHost).toHaveLength(ROUND_TRIPS_MAX);
  for (const frames of Object.values(ways)) {
    expect(frames.reduce((sum, bytes) => sum + bytes, 0)).toBeLessThanOrEqual(BYTES_MAX);
  }
  // The run did everything: owner, recovery key, clock, account and its proof.
  expect(isClockSet).toBe(true);
  expect(owner.reported.map(({ event }) => event)).toEqual([
    'code-shown',
    'recovery-key-left',
    'clock-set',
    'account-written',
    'account-proved',
  ]);
  const { accounts } = await verify(owner.context, await atHand(fob));
  expect(accounts).toMatchObject([{ verdict: 'proved', label: row.label }]);
});
