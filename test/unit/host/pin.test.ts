import { randomBytes } from 'node:crypto';
import { pairingKey } from 'passfob/client/handshake';
import { code } from 'passfob/commands/code';
import { enroll } from 'passfob/commands/enroll';
import { info } from 'passfob/commands/info';
import { list } from 'passfob/commands/list';
import { escrowPin, pinPolicy, requirePin, resetPin } from 'passfob/commands/pin';
import { verify } from 'passfob/commands/verify';
import { pairingKeyOf, pairingsOf } from 'passfob/inventory/pairings';
import { expect, it } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { failure } from './kit/failure.ts';
import { seedOf } from './kit/seeds.ts';
import { atHand, forEveryCut, owned } from './kit/workplace.ts';

it('a policy changes in the given fields only, and stays', async () => {
  const { fob, owner, atFob } = await owned();
  const first = await pinPolicy(owner.context, atFob, {});
  expect(first).toMatchObject({ isSet: false, pin: 'none', wentBack: 'no', policy: { pinDigits: 0 } });
  const changes = {
    pinDigits: 6,
    attempts: 5,
    onLimit: 'lock',
    lockAfterSeconds: 120,
    ask: ['approval', 'settings'],
    typing: 'allowed',
  } as const;
  const set = await pinPolicy(owner.context, atFob, changes);
  expect(set).toMatchObject({ isSet: true, policy: changes, pin: 'to-be-chosen' });
  await pinPolicy(owner.context, atFob, { attempts: 7, onLimit: 'wipe' });
  fob.reboot();
  const { policy } = await pinPolicy(owner.context, await atHand(fob), {});
  expect(policy).toEqual({ ...changes, attempts: 7, onLimit: 'wipe' });
});

it('the fob refuses an invalid policy', async () => {
  const { owner, atFob } = await owned();
  expect((await failure(pinPolicy(owner.context, atFob, { attempts: 1 }))).refusal).toBe('out-of-range');
});

it('a new PIN is required only where the policy asks for one', async () => {
  const { owner, atFob } = await owned();
  const error = await failure(requirePin(owner.context, atFob));
  expect(error).toMatchObject({ kind: 'bad-input', next: expect.stringContaining('passfob pin policy') });
  await pinPolicy(owner.context, atFob, { pinDigits: 4 });
  await requirePin(owner.context, atFob);
  expect((await info(owner.context, atFob)).status?.pin).toBe('to-be-chosen');
});

const FIRST = secret('730258');
const SECOND = secret('91827364');

async function fobWithPin() {
  const { fob, owner, atFob } = await owned();
  await enroll(owner.context, atFob, seedOf());
  await pinPolicy(owner.context, atFob, { pinDigits: 6, onLimit: 'lock' });
  fob.enter(FIRST);
  fob.enter(FIRST);
  return { fob, owner, atFob };
}

it('a PIN locks the fob, counts wrong entries, and is reset after a press: the accounts stay', async () => {
  const { fob, owner } = await fobWithPin();
  fob.reboot();
  const atFob = await atHand(fob);
  expect((await failure(list(owner.context, atFob))).refusal).toBe('locked');
  fob.approve();
  fob.enter(SECOND);
  const locked = await info(owner.context, atFob);
  expect(locked).not.toHaveProperty('accounts');
  expect(locked.status).toMatchObject({ pin: 'set', isLocked: true, failures: 1 });
  expect(locked.status).not.toHaveProperty('batteryPercent');
  await resetPin(owner.context, atFob);
  expect((await info(owner.context, atFob)).status).toMatchObject({ pin: 'to-be-chosen', failures: 0 });
  fob.enter(SECOND);
  fob.enter(SECOND);
  expect((await info(owner.context, atFob)).status).toMatchObject({ pin: 'set', isLocked: false });
  expect((await verify(owner.context, atFob)).accounts).toMatchObject([{ verdict: 'proved' }]);
});

it('a PIN is not reset by the key of another pairing, nor against the person', async () => {
  const { fob, owner } = await fobWithPin();
  fob.reboot();
  const refusing = { ...owner.context, report: () => fob.deny() };
  const denied = await failure(resetPin(refusing, await atHand(fob)));
  expect(denied.refusal).toBe('press-denied');
  const atFob = await atHand(fob);
  const [pairing] = await pairingsOf(owner.context.inventory, atFob.hello.serial);
  await atFob.client.openSession(pairingKey(await pairingKeyOf(owner.context.inventory, pairing?.id ?? 0)));
  const recoveryKey = secret(new Uint8Array(randomBytes(32)));
  expect((await failure(atFob.client.call('resetPin', { recoveryKey }))).refusal).toBe('wrong-recovery');
});

it('a PIN is entered before an approval counts, where the policy requires it', async () => {
  const { fob, owner, atFob } = await fobWithPin();
  await pinPolicy(owner.context, atFob, { ask: ['approval'] });
  const symbols = [...FIRST, 'ok'];
  const isEntering = () => owner.reported.some(({ event }) => event === 'press-needed');
  // A digit with each poll: the fob drops a question without polls.
  const slowly = await atHand(fob, {
    toFob(frame) {
      const symbol = isEntering() ? symbols.shift() : undefined;
      if (symbol !== undefined) fob.take(symbol);
      else fob.pass(100);
      return frame;
    },
  });
  expect(await code(owner.context, slowly, 'alice')).toMatchObject({ counter: 0 });
  expect(symbols).toEqual([]);
});

it('storing the recovery key can be cut off anywhere and repeated', async () => {
  const cuts = await forEveryCut(
    owned,
    (owner, fob) => escrowPin(owner.context, fob),
    async (owner, core) => {
      const { status } = await info(owner.context, await atHand(core));
      expect(status?.canBeReset).toBe(true);
    },
  );
  // open, finish and escrow can each be lost in either direction.
  expect(cuts).toBe(6);
});
