import { enroll } from 'passfob/commands/enroll';
import { list } from 'passfob/commands/list';
import { move } from 'passfob/commands/move';
import { rename } from 'passfob/commands/rename';
import { verify } from 'passfob/commands/verify';
import { accountsOf } from 'passfob/inventory/accounts';
import { pairingsOf } from 'passfob/inventory/pairings';
import { expect, it } from 'vitest';
import type { CoreFob } from './kit/core-fob.ts';
import { failure } from './kit/failure.ts';
import { seedOf } from './kit/seeds.ts';
import { atHand, cutAt, forEveryCut, owned, type Workplace } from './kit/workplace.ts';

async function fobWith(...labels: string[]) {
  const { fob, owner, atFob } = await owned();
  for (const label of labels) await enroll(owner.context, atFob, seedOf({ label }));
  return { fob, owner, atFob };
}

const namesOn = async ({ context }: Workplace, fob: CoreFob) =>
  (await list(context, await atHand(fob))).accounts.map(({ issuer, label }) => `${issuer}:${label}`);

async function kept({ context }: Workplace, serial: string) {
  const [pairing] = await pairingsOf(context.inventory, serial);
  return accountsOf(context.inventory, pairing?.id ?? 0);
}

it('renaming changes the named fields, on the fob and in the inventory, and has the account proved', async () => {
  const { fob, owner, atFob } = await fobWith('alice', 'bob');
  const renamed = await rename(owner.context, atFob, 'bob', { label: 'Žofie ✓' });
  expect(renamed.account).toMatchObject({ issuer: 'Example', label: 'Žofie ✓' });
  expect(owner.reported.at(-1)).toMatchObject({ event: 'account-proved', account: 'Example: Žofie ✓' });
  await rename(owner.context, atFob, 'alice', { issuer: '' });
  expect(await namesOn(owner, fob)).toEqual([':alice', 'Example:Žofie ✓']);
  const { accounts } = await verify(owner.context, await atHand(fob));
  expect(Object.fromEntries(accounts.map(({ label, verdict }) => [label, verdict]))).toEqual({
    alice: 'proved',
    'Žofie ✓': 'proved',
  });
});

it.each([
  [{ label: 'l'.repeat(33) }, 'label is 1 byte too long'],
  [{ issuer: 'bell\u0007' }, 'issuer holds a character'],
  [{ issuer: '', label: '' }, 'without any name'],
])('renaming to a name that no fob keeps is refused: %j', async (names, words) => {
  const { fob, owner, atFob } = await fobWith('alice');
  const error = await failure(rename(owner.context, atFob, 'alice', names));
  expect(error).toMatchObject({ kind: 'bad-input', message: expect.stringContaining(words) });
  expect(await namesOn(owner, fob)).toEqual(['Example:alice']);
});

it('renaming can be cut off anywhere: the next read of the fob shows which names hold', async () => {
  const cuts = await forEveryCut(
    () => fobWith('alice'),
    (owner, fob) => rename(owner.context, fob, 'alice', { issuer: 'Other', label: 'bob' }),
    async (owner, fob) => {
      const [onFob] = await namesOn(owner, fob);
      expect(['Example:alice', 'Other:bob']).toContain(onFob);
      const { accounts, serial } = await verify(owner.context, await atHand(fob));
      expect(accounts).toMatchObject([{ verdict: 'proved' }]);
      expect(`${accounts[0]?.issuer}:${accounts[0]?.label}`).toBe(onFob);
      for (const account of await kept(owner, serial)) expect(account).not.toHaveProperty('nextNames');
    },
  );
  // open, finish, info, list, rename and prove can each be lost in either direction.
  expect(cuts).toBe(12);
});

it('a repeated renaming continues where it was cut off', async () => {
  const { fob, owner } = await fobWith('alice');
  const outcome = await cutAt(fob, 'toHost', 5, atFob =>
    rename(owner.context, atFob, 'alice', { label: 'bob' }),
  );
  expect(outcome).toMatchObject({ kind: 'unplugged' });
  expect(await namesOn(owner, fob)).toEqual(['Example:bob']);
  await rename(owner.context, await atHand(fob), 'bob', { label: 'carol' });
  const { accounts } = await verify(owner.context, await atHand(fob));
  expect(accounts).toMatchObject([{ label: 'carol', verdict: 'proved' }]);
});

it('moving gives an account another position; the others close up', async () => {
  const { fob, owner, atFob } = await fobWith('alice', 'bob', 'carol');
  expect(await move(owner.context, atFob, 'carol', 1)).toMatchObject({
    account: { label: 'carol' },
    position: 1,
  });
  expect(await namesOn(owner, fob)).toEqual(['Example:carol', 'Example:alice', 'Example:bob']);
  await move(owner.context, await atHand(fob), 'carol', 2);
  expect(await namesOn(owner, fob)).toEqual(['Example:alice', 'Example:carol', 'Example:bob']);
  await move(owner.context, await atHand(fob), 'alice', 3);
  expect(await namesOn(owner, fob)).toEqual(['Example:carol', 'Example:bob', 'Example:alice']);
  fob.reboot();
  expect(await namesOn(owner, fob)).toEqual(['Example:carol', 'Example:bob', 'Example:alice']);
  expect((await verify(owner.context, await atHand(fob))).accounts).toHaveLength(3);
});

it('moving goes no further than the last account', async () => {
  const { owner, atFob } = await fobWith('alice', 'bob');
  const error = await failure(move(owner.context, atFob, 'alice', 3));
  expect(error).toMatchObject({ kind: 'bad-input', next: 'Name a position from 1 to 2.' });
});
