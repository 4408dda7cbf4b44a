import { expect, it } from 'vitest';
import { secret } from '../../../kit/secrets.ts';
import { NO_PIN, random } from '../owner.ts';
import { refused } from '../refused.ts';
import type { Stage } from '../stage.ts';
import { RFC4226, RFC4226_KEY } from '../vectors.ts';

const FIRST = secret('730258');
const SECOND = secret('91827364');
/** The real interpreter turns the wheel slowly. */
const POLICY = { ...NO_PIN, pinDigits: 6, wipe: 0 };

const screenOf = async (stage: Stage) => (await stage.driver.screen()).join(' ');

/** Lets the display go off, which locks. */
async function lock(stage: Stage): Promise<void> {
  await stage.driver.advance(200_000);
  expect(await stage.driver.screen()).toEqual([]);
}

/** Chooses a PIN on the fob, which asks for one. */
async function choose(stage: Stage, pin: string): Promise<void> {
  await stage.owner.wake();
  await stage.owner.enter(pin);
  await stage.owner.enter(pin);
}

/** A PIN that only the fob knows. */
export function pin(stage: Stage): void {
  pinOfThePerson(stage);
  pinOfTheOwner(stage);
}

function pinOfThePerson(stage: Stage): void {
  it('a fob asks for a new PIN where its owner requires one, and refuses PINs that are easy to guess', async () => {
    await stage.owner.put({ secret: RFC4226_KEY });
    await stage.owner.client.call('escrow', { recoveryKey: stage.owner.recoveryKey });
    await stage.owner.client.call('setPolicy', { ...POLICY, asks: 7 });
    expect((await stage.owner.client.call('status', {})).pin).toBe(2);
    // Approvals require a PIN; any value would count as one.
    const { id } = await stage.owner.client.call('list', { index: 0 });
    await refused(stage.owner.client.call('code', { id }, { onPressNeeded: stage.owner.approve }), 'locked');
    await stage.owner.client.call('setPolicy', POLICY);
    await stage.owner.enter('123456');
    expect(await screenOf(stage)).toContain('easy to guess');
    await stage.driver.advance(6_000);
    await choose(stage, FIRST);
    const status = await stage.owner.client.call('status', {});
    expect([status.pin, status.locked, status.failures]).toEqual([1, 0, 0]);
    expect(status.iterations).toBeGreaterThan(0);
  });

  it('a fob locks when its display goes off and at a reboot, and still answers its owner', async () => {
    await lock(stage);
    expect((await stage.owner.client.call('status', {})).locked).toBe(1);
    await stage.driver.reboot();
    await stage.owner.open();
    expect((await stage.owner.client.call('status', {})).locked).toBe(1);
    await refused(stage.owner.client.call('info', {}), 'locked');
    await refused(stage.owner.put({ secret: secret(random(20)) }), 'locked');
    await stage.owner.setClock(1_900_000_000);
    await stage.owner.client.call('clock', {});
  });

  it('a fob opens with the right PIN only, and counts wrong PINs through a power cut', async () => {
    await stage.owner.wake();
    await stage.owner.toList();
    await stage.owner.enter('730259');
    expect(await screenOf(stage)).toContain('Wrong PIN');
    await stage.driver.reboot();
    await stage.owner.open();
    expect((await stage.owner.client.call('status', {})).failures).toBe(1);
    await stage.driver.advance(2_000);
    await stage.owner.wake();
    await stage.owner.enter(FIRST);
    const { locked, failures } = await stage.owner.client.call('status', {});
    expect([locked, failures]).toEqual([0, 0]);
    await stage.owner.toListByPress();
    expect(await stage.owner.pressed()).toBe(RFC4226[0]);
  });
}

/** The owner's commands for the PIN. */
function pinOfTheOwner(stage: Stage): void {
  it('a fob asks for another PIN when its owner requires one', async () => {
    await stage.owner.client.call('requirePin', {});
    expect((await stage.owner.client.call('status', {})).pin).toBe(2);
    await choose(stage, SECOND);
    await lock(stage);
    await stage.driver.press();
    await stage.owner.enter(FIRST);
    expect(await screenOf(stage)).toContain('Wrong PIN');
    await stage.owner.toList();
    await stage.owner.enter(SECOND);
    expect((await stage.owner.client.call('status', {})).locked).toBe(0);
  });

  it('a fob keeps its accounts when its owner resets a forgotten PIN, and asks for a new one', async () => {
    await lock(stage);
    const press = { onPressNeeded: stage.owner.approve };
    await refused(
      stage.owner.client.call('resetPin', { recoveryKey: secret(random(32)) }, press),
      'wrong-recovery',
    );
    await stage.owner.client.call('resetPin', { recoveryKey: stage.owner.recoveryKey }, press);
    const { pin: state, locked } = await stage.owner.client.call('status', {});
    expect([state, locked]).toEqual([2, 0]);
    await choose(stage, FIRST);
    await stage.owner.toListByPress();
    expect(await stage.owner.pressed()).toBe(RFC4226[1]);
    // Removes the PIN, as the tests after this one expect.
    await stage.owner.client.call('setPolicy', { ...POLICY, pinDigits: 0 });
    expect((await stage.owner.client.call('status', {})).pin).toBe(0);
    await stage.owner.client.call('remove', {
      id: (await stage.owner.client.call('list', { index: 0 })).id,
    });
  });

  it('a fob refuses an invalid policy, and changes nothing', async () => {
    for (const bad of [
      { pinDigits: 3 },
      { pinDigits: 17 },
      { attempts: 2 },
      { wipe: 2 },
      { asks: 8 },
      { typing: 2 },
      { lockSeconds: 1 },
      { lockSeconds: 9 },
    ]) {
      await refused(stage.owner.client.call('setPolicy', { ...POLICY, ...bad }), 'out-of-range');
    }
    expect((await stage.owner.client.call('status', {})).pinDigits).toBe(0);
    await refused(stage.owner.client.call('requirePin', {}), 'out-of-range');
  });
}
