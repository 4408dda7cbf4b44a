import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { pairingKey } from 'passfob/client/handshake';
import { enroll } from 'passfob/commands/enroll';
import { fobsWithHealth } from 'passfob/commands/health';
import { info } from 'passfob/commands/info';
import { escrowPin, pinPolicy, resetPin } from 'passfob/commands/pin';
import { verify } from 'passfob/commands/verify';
import { backUp, restore } from 'passfob/inventory/handover';
import { historyOf } from 'passfob/inventory/history';
import { openInventory } from 'passfob/inventory/inventory';
import { pairingKeyOf, pairingsOf, recoveryKeyOf } from 'passfob/inventory/pairings';
import {
  confirmRecoveryKey,
  heldRecoveryKeys,
  nextRecoveryKeyOf,
  proposeRecoveryKey,
} from 'passfob/inventory/recovery-keys';
import { rekey } from 'passfob/inventory/rekey';
import { expect, it, onTestFinished } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import type { CoreFob } from './kit/core-fob.ts';
import { failure } from './kit/failure.ts';
import { seedOf } from './kit/seeds.ts';
import { atHand, cutAt, owned, type Workplace, workplace } from './kit/workplace.ts';

const PIN = secret('730258');

/** A fob with an account that its PIN locks. */
async function lockedFob() {
  const { fob, owner, atFob } = await owned();
  await enroll(owner.context, atFob, seedOf());
  await pinPolicy(owner.context, atFob, { pinDigits: 6, onLimit: 'lock' });
  fob.enter(PIN);
  fob.enter(PIN);
  fob.reboot();
  return { fob, owner };
}

async function pairingId({ context }: Workplace, fob: CoreFob): Promise<number> {
  const { hello } = await atHand(fob);
  const [pairing] = await pairingsOf(context.inventory, hello.serial);
  return pairing?.id ?? 0;
}

/** Asks the fob to open by a key; it refuses a wrong one before it asks its person. */
async function opensWith(owner: Workplace, fob: CoreFob, recoveryKey: Uint8Array): Promise<boolean> {
  const key = await pairingKeyOf(owner.context.inventory, await pairingId(owner, fob));
  const { client } = await atHand(fob);
  await client.openSession(pairingKey(key));
  const refused = await failure(
    client.call('resetPin', { recoveryKey }, { onPressNeeded: () => fob.deny() }),
  );
  return refused.refusal === 'press-denied';
}

const holds = ({ reported }: Workplace) => reported.filter(({ event }) => event === 'press-needed').length;

it('a reset gives the fob a new recovery key, and the old one opens it no more', async () => {
  const { fob, owner } = await lockedFob();
  const id = await pairingId(owner, fob);
  const old = await recoveryKeyOf(owner.context.inventory, id);
  expect(await resetPin(owner.context, await atHand(fob))).toMatchObject({
    wasReset: true,
    isKeyRenewed: true,
  });
  const [fresh, ...others] = await heldRecoveryKeys(owner.context.inventory, id);
  expect(others).toEqual([]);
  expect(fresh).not.toEqual(old);
  fob.enter(PIN);
  fob.enter(PIN);
  fob.reboot();
  expect(await opensWith(owner, fob, old)).toBe(false);
  expect(fresh && (await opensWith(owner, fob, fresh))).toBe(true);
  expect(await resetPin(owner.context, await atHand(fob))).toMatchObject({ wasReset: true });
  expect((await verify(owner.context, await atHand(fob))).accounts).toMatchObject([{ verdict: 'proved' }]);
});

it.each(['toFob', 'toHost'] as const)(
  'a reset can be cut off anywhere %s and repeated: the fob opens, and no done reset asks for another hold',
  async way => {
    let cuts = 0;
    for (let at = 1; ; at++) {
      const { fob, owner } = await lockedFob();
      const outcome = await cutAt(fob, way, at, atFob => resetPin(owner.context, atFob));
      const isOpen = (await info(owner.context, await atHand(fob))).status?.isLocked === false;
      const before = holds(owner);
      expect((await resetPin(owner.context, await atHand(fob))).isKeyRenewed).toBe(true);
      expect(holds(owner) - before).toBe(isOpen ? 0 : 1);
      const id = await pairingId(owner, fob);
      const [key, ...others] = await heldRecoveryKeys(owner.context.inventory, id);
      expect(others).toEqual([]);
      fob.enter(PIN);
      fob.enter(PIN);
      fob.reboot();
      expect(key && (await opensWith(owner, fob, key))).toBe(true);
      if (outcome === 'done') break;
      expect(outcome.kind).toBe('unplugged');
      cuts++;
    }
    // open, finish, status, two polls of the reset, and escrow.
    expect(cuts).toBe(6);
  },
  120_000,
);

it('a new key whose answer was lost is kept beside the old one until the fob has confirmed it', async () => {
  const { fob, owner } = await lockedFob();
  const { inventory } = owner.context;
  const id = await pairingId(owner, fob);
  const old = await recoveryKeyOf(inventory, id);
  // open, finish, status and two polls of the reset are answered; the answer to escrow is lost.
  expect(await cutAt(fob, 'toHost', 6, atFob => resetPin(owner.context, atFob))).toMatchObject({
    kind: 'unplugged',
  });
  const next = await nextRecoveryKeyOf(inventory, id);
  expect(next).toBeDefined();
  expect(await heldRecoveryKeys(inventory, id)).toEqual([next, old]);
  // A locked fob takes no key, but opens with the one that it has.
  fob.enter(PIN);
  fob.enter(PIN);
  fob.reboot();
  expect((await info(owner.context, await atHand(fob))).status?.isLocked).toBe(true);
  expect(await heldRecoveryKeys(inventory, id)).toEqual([next, old]);
  expect(await resetPin(owner.context, await atHand(fob))).toMatchObject({
    wasReset: true,
    isKeyRenewed: true,
  });
  expect(await heldRecoveryKeys(inventory, id)).toEqual([next]);
});

it('a key that waits is given by the next command that finds the fob open', async () => {
  const { fob, owner } = await owned();
  const { inventory } = owner.context;
  const id = await pairingId(owner, fob);
  const next = await proposeRecoveryKey(inventory, id, () => secret(new Uint8Array(randomBytes(32))));
  await info(owner.context, await atHand(fob));
  expect(await heldRecoveryKeys(inventory, id)).toEqual([next]);
  await escrowPin(owner.context, await atHand(fob));
  expect(await opensWith(owner, fob, next)).toBe(true);
});

it('a fob without a PIN needs no hold, and the history tells of the reset', async () => {
  const { owner, atFob } = await owned();
  expect(await resetPin(owner.context, atFob)).toMatchObject({ wasReset: false, isKeyRenewed: true });
  expect(holds(owner)).toBe(0);
  const events = (await historyOf(owner.context.inventory, atFob.hello.serial)).map(({ event }) => event);
  expect(events.slice(-2)).toEqual(['pin-reset', 'recovery-key-left']);
});

it('a backup and a handover hold a waiting key and what the fob told', async () => {
  const { fob, owner, atFob } = await owned();
  const { inventory, now } = owner.context;
  await info(owner.context, atFob);
  const id = await pairingId(owner, fob);
  await proposeRecoveryKey(inventory, id, () => secret(new Uint8Array(randomBytes(32))));
  const word = secret(`correct horse ${randomBytes(6).toString('hex')}`);
  const file = join(inventory.directory, 'backup');
  await backUp(inventory, file, word);
  const other = workplace().context.inventory;
  await restore(other, file, word);
  const [restored] = await pairingsOf(other, atFob.hello.serial);
  expect(await heldRecoveryKeys(other, restored?.id ?? 0)).toEqual(await heldRecoveryKeys(inventory, id));
  expect(await fobsWithHealth(other, {}, now())).toEqual(await fobsWithHealth(inventory, {}, now()));
});

it('a waiting key is encrypted again at a re-keying, and proposed only once', async () => {
  const { fob, owner } = await owned();
  const { inventory } = owner.context;
  const id = await pairingId(owner, fob);
  const fresh = () => secret(new Uint8Array(randomBytes(32)));
  const next = await proposeRecoveryKey(inventory, id, fresh);
  expect(await proposeRecoveryKey(inventory, id, fresh)).toEqual(next);
  // device secret, pairing key, recovery key and the next one.
  expect(await rekey(inventory)).toBe(4);
  const reopened = openInventory(inventory.directory);
  onTestFinished(() => reopened.close());
  expect(await nextRecoveryKeyOf(reopened, id)).toEqual(next);
  // A passfob that started before the re-keying may not bring the old key back.
  expect(await failure(confirmRecoveryKey(inventory, id, 1))).toMatchObject({ kind: 'inventory' });
  await confirmRecoveryKey(reopened, id, 1);
  expect(await heldRecoveryKeys(reopened, id)).toEqual([next]);
});
