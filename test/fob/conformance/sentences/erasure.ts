import { COMMANDS } from '@passfob/protocol/commands';
import { REFUSED_NO_SESSION } from '@passfob/protocol/refusals';
import { connect } from 'passfob/client';
import { expect, it } from 'vitest';
import { secret } from '../../../kit/secrets.ts';
import { Owner, random } from '../owner.ts';
import { askClear, openHalf } from '../raw.ts';
import { refused } from '../refused.ts';
import type { Stage } from '../stage.ts';

/** The end of an ownership. */
export function erasure(stage: Stage): void {
  it('a change of ownership ends the half of a handshake that began before it', async () => {
    const { driver, owner } = stage;
    await owner.open();
    const half = await openHalf(driver, owner.key);
    await owner.client.call('erase', {}, { onPressNeeded: owner.approve });
    const finish = await askClear(driver, COMMANDS.finish[0], ...half.ownerProof);
    expect(finish).toEqual([COMMANDS.finish[0], REFUSED_NO_SESSION]);
    await owner.pair();
  });

  it('an erasure by the person ends the half of a handshake, too', async () => {
    const { driver, owner } = stage;
    const half = await openHalf(driver, owner.key);
    await owner.toList();
    await driver.choose();
    await owner.stepTo('Hold 10 s');
    await driver.press(10_500);
    expect((await owner.client.hello()).state).toBe('blank');
    const finish = await askClear(driver, COMMANDS.finish[0], ...half.ownerProof);
    expect(finish).toEqual([COMMANDS.finish[0], REFUSED_NO_SESSION]);
    await owner.pair();
  });

  it('a fob erases only after a press, and is blank then', async () => {
    await stage.owner.open();
    await stage.owner.put({ secret: secret(random(20)) });
    await refused(stage.owner.client.call('erase', {}, { onPressNeeded: stage.owner.deny }), 'press-denied');
    expect((await stage.owner.client.call('info', {})).accounts).toBe(1);
    await stage.owner.client.call('erase', {}, { onPressNeeded: stage.owner.approve });
    expect((await stage.owner.client.hello()).state).toBe('blank');
    await stage.driver.reboot();
    expect((await connect(stage.driver.transport).hello()).state).toBe('blank');
    const next = new Owner(stage.driver);
    await next.pair();
    expect((await next.client.call('info', {})).accounts).toBe(0);
  });
}
