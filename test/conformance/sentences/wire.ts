import { expect, it } from 'vitest';
import { connect, pairingKey } from '../../../host/client/index.ts';
import type { Transport } from '../../../host/transports/transport.ts';
import { random } from '../owner.ts';
import { refused } from '../refused.ts';
import type { Stage } from '../stage.ts';
import { RFC4226, RFC4226_KEY } from '../vectors.ts';

/** A cable that remembers what went over it. */
function recorded(transport: Transport): { transport: Transport; sent: string[]; received: string[] } {
  const sent: string[] = [];
  const received: string[] = [];
  transport.onText(text => received.push(text));
  return {
    transport: {
      ...transport,
      send(text) {
        sent.push(text);
        return transport.send(text);
      },
    },
    sent,
    received,
  };
}

/** What stands between a fob and anyone but its owner. */
export function wire(stage: Stage): void {
  it('shows no other owner anything', async () => {
    const stranger = connect(stage.driver.transport);
    expect((await stranger.hello()).state).toBe('owned');
    await refused(stranger.openSession(pairingKey(random(32))), 'not-authentic');
    await refused(stranger.startPairing(), 'already-owned');
    await refused(stranger.call('list', { index: 0 }), 'no-session');
  });

  it('asks for a hold that was meant for it, and shows what is asked', async () => {
    const id = await stage.owner.put({ secret: RFC4226_KEY });
    await stage.owner.toList();
    let shown: readonly string[] = [];
    const { code } = await stage.owner.client.call(
      'code',
      { id },
      {
        onPressNeeded: () => {
          void (async () => {
            shown = await stage.driver.screen();
            // Too early: the keys are deaf.
            await stage.driver.press();
            await stage.driver.advance(800);
            await stage.driver.press(1_200);
          })();
        },
      },
    );
    expect(Buffer.from(code).toString()).toBe(RFC4226[0]);
    expect(shown.join(' ')).toContain('Example alice');
    await stage.owner.client.call('remove', { id });
  });

  it('answers a retry without executing it twice, and refuses a replay over reboots', async () => {
    const tape = recorded(stage.driver.transport);
    const client = connect(tape.transport);
    await client.hello();
    await client.openSession(pairingKey(stage.owner.key));
    await client.call('info', {});
    const before = tape.received.join('').split('\n').length;
    const request = tape.sent.at(-1) ?? '';
    await stage.driver.transport.send(request);
    await client.call('info', {});
    expect(tape.received.join('').split('\n').length - before).toBe(2);
    // Older than the last: no answer, and nothing of it is executed.
    await stage.driver.transport.send(request);
    await client.call('clock', {});
    await stage.driver.reboot();
    const later = recorded(stage.driver.transport);
    for (const frame of tape.sent) await stage.driver.transport.send(frame);
    expect((await connect(later.transport).hello()).state).toBe('owned');
    await refused(connect(stage.driver.transport).call('info', {}), 'no-session');
  });
}
