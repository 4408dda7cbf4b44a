import { COMMANDS } from '@passfob/protocol/commands';
import { pairingCodeOf } from '@passfob/protocol/pairing';
import { REFUSED_WRONG_PROOF } from '@passfob/protocol/refusals';
import { connect, pairingCode } from 'passfob/client';
import { expect, it } from 'vitest';
import { codeOnScreen, random } from '../owner.ts';
import { askClear, openHalf } from '../raw.ts';
import { refused } from '../refused.ts';
import type { Stage } from '../stage.ts';
import { cable } from './cable.ts';

/** Behaviour of a fob without an owner. */
export function blankFob(stage: Stage): void {
  it('a blank fob says that it has no owner', async () => {
    expect((await connect(stage.driver.transport).hello()).state).toBe('blank');
    expect((await stage.driver.screen()).join(' ')).toContain('passfob pair');
  });

  cable(stage);

  it('a blank fob answers after a line and a frame that are longer than any', async () => {
    await stage.driver.transport.send(`${'x'.repeat(1500)}~${'A'.repeat(700)}`);
    expect((await connect(stage.driver.transport).hello()).state).toBe('blank');
  });

  it('a blank fob allows one guess of the pairing code', async () => {
    const client = connect(stage.driver.transport);
    await client.hello();
    await client.startPairing();
    const right = await codeOnScreen(stage.driver);
    // An owner with a wrong code sees that the fob's proof is not for it, and sends nothing more.
    await refused(client.openSession(pairingCode(pairingCodeOf(random(10)))), 'wrong-code');
    await openHalf(stage.driver, random(16), 1);
    const [finish] = COMMANDS.finish;
    expect(await askClear(stage.driver, finish, ...random(32))).toEqual([finish, REFUSED_WRONG_PROOF]);
    await refused(client.openSession(pairingCode(right)), 'no-code-shown');
  });
}
