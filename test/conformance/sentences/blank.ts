import { pairingCodeOf } from '@passfob/protocol/pairing';
import { REFUSED_WRONG_PROOF } from '@passfob/protocol/refusals';
import { connect, pairingCode, pairingKey } from 'passfob/client';
import { expect, it } from 'vitest';
import { codeOnScreen, random, statusOf } from '../owner.ts';
import { refused } from '../refused.ts';
import type { Stage } from '../stage.ts';

/** Behaviour of a fob without an owner. */
export function blankFob(stage: Stage): void {
  it('a blank fob says hello and that it has no owner', async () => {
    const hello = await connect(stage.driver.transport).hello();
    expect(hello.state).toBe('blank');
    expect(hello.serial).toMatch(/^PF-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
    expect((await stage.driver.screen()).join(' ')).toContain('passfob pair');
  });

  it('a blank fob answers after any noise, and after bytes that Espruino cannot decode', async () => {
    const client = connect(stage.driver.transport);
    for (const noise of [
      '~==\n',
      '~=\n',
      '~ ==\n',
      '~A===\n',
      '~====\n',
      '~AAAA    \n',
      '~~~\n',
      '\x03\x11\x13>',
    ]) {
      await stage.driver.transport.send(noise);
    }
    await stage.driver.transport.send(`${'x'.repeat(1500)}~${'A'.repeat(700)}`);
    expect((await client.hello()).state).toBe('blank');
  });

  it('a blank fob allows one guess of the pairing code', async () => {
    const client = connect(stage.driver.transport);
    await client.hello();
    await client.startPairing();
    const right = await codeOnScreen(stage.driver);
    // An owner with a wrong code sees that the fob's proof is not for it, and sends nothing more.
    await refused(client.openSession(pairingCode(pairingCodeOf(random(10)))), 'wrong-code');
    expect(await statusOf(stage.driver, 'open', { key: 1, nonce: random(16) })).toBe(0);
    expect(await statusOf(stage.driver, 'finish', { proof: random(32) })).toBe(REFUSED_WRONG_PROOF);
    await refused(client.openSession(pairingCode(right)), 'no-code-shown');
  });

  it('a blank fob refuses a session by a pairing key', async () => {
    const client = connect(stage.driver.transport);
    await client.hello();
    await refused(client.openSession(pairingKey(random(32))), 'not-paired');
  });
}
