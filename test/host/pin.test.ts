import { describe, expect, it } from 'vitest';
import { enroll } from '../../host/commands/enroll.ts';
import { info } from '../../host/commands/info.ts';
import { escrowPin, pinPolicy, requirePin } from '../../host/commands/pin.ts';
import { verify } from '../../host/commands/verify.ts';
import { CoreFob } from './kit/core-fob.ts';
import { failure } from './kit/failure.ts';
import { seedOf } from './kit/seeds.ts';
import { atHand, forEveryCut, pairedAt, workplace } from './kit/workplace.ts';

async function ownedFob() {
  const fob = new CoreFob();
  const owner = workplace(fob);
  return { fob, owner, atFob: await pairedAt(owner, fob) };
}

describe('the policy', () => {
  it('changes by what is said, and stays', async () => {
    const { fob, owner, atFob } = await ownedFob();
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

  it('is refused by the fob where it is none', async () => {
    const { owner, atFob } = await ownedFob();
    const error = await failure(pinPolicy(owner.context, atFob, { attempts: 1 }));
    expect(error.refusal).toBe('out-of-range');
  });
});

describe('a new PIN', () => {
  it('is required only where one is wanted', async () => {
    const { owner, atFob } = await ownedFob();
    const error = await failure(requirePin(owner.context, atFob));
    expect(error).toMatchObject({ kind: 'bad-input', next: expect.stringContaining('passfob pin policy') });
    await pinPolicy(owner.context, atFob, { pinDigits: 4 });
    await requirePin(owner.context, atFob);
    expect((await info(owner.context, atFob)).status?.pin).toBe('to-be-chosen');
  });
});

describe('the recovery key', () => {
  it('can be left anywhere between being cut off and being done again', async () => {
    const cuts = await forEveryCut(
      async () => ownedFob(),
      (owner, fob) => escrowPin(owner.context, fob),
      async (owner, core) => {
        const { status } = await info(owner.context, await atHand(core));
        expect(status?.canBeReset).toBe(true);
      },
    );
    // open, finish and escrow can each be lost in either direction.
    expect(cuts).toBe(6);
  });
});

describe('info', () => {
  it('says what the fob is and how it is', async () => {
    const { owner, atFob } = await ownedFob();
    await enroll(owner.context, atFob, seedOf());
    const result = await info(owner.context, atFob);
    expect(result).toMatchObject({
      board: 'core',
      firmware: 'test',
      protocolVersion: 2,
      accounts: 1,
      status: { pin: 'none', isLocked: false, failures: 0, canBeReset: true, wentBack: 'no' },
    });
    expect(result.status).not.toHaveProperty('batteryPercent');
    expect((await verify(owner.context, atFob)).accounts).toHaveLength(1);
  });
});
