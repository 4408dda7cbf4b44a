import { Writer } from '@passfob/protocol/bytes';
import { COMMANDS } from '@passfob/protocol/commands';
import { decodeFrame, encodeClear, FRAME_RESPONSE } from '@passfob/protocol/frame';
import { REFUSED_NO_SESSION } from '@passfob/protocol/refusals';
import { type Client, connect } from 'passfob/client/client';
import { pairingKey } from 'passfob/client/handshake';
import { hostPrimitives } from 'passfob/client/primitives';
import { isRefusal } from 'passfob/errors';
import { PRESS_REMINDER_MS, REOPENS_MAX } from 'passfob/limits';
import { expect, it } from 'vitest';
import { failure } from './kit/failure.ts';
import { HASTY, ownedFob, session, wholeConversation } from './kit/owned-fob.ts';

it('a session that the fob has lost is reopened for requests that may be repeated', async () => {
  const owned = await ownedFob();
  const client = await session(owned);
  expect((await client.call('info', {})).accounts).toBe(1);
  owned.fob.reboot();
  expect((await client.call('info', {})).accounts).toBe(1);
});

it('a lost session ends a command that may have been executed', async () => {
  const owned = await ownedFob();
  const client = await session(owned);
  await client.call('info', {});
  owned.fob.reboot();
  const code = failure(
    client.call('code', { id: owned.account.id }, { onPressNeeded: () => owned.fob.approve() }),
  );
  expect(isRefusal(await code, 'no-session')).toBe(true);
});

it('successive calls do not reopen a session forever while the line falsely reports it lost', async () => {
  const owned = await ownedFob();
  const payload = new Writer(9).number(FRAME_RESPONSE, 1).number(0, 2).number(REFUSED_NO_SESSION, 1);
  const lie = encodeClear(hostPrimitives, payload);
  let opens = 0;
  let isLying = false;
  const client = await session(owned, {
    toFob(frame) {
      if (decodeFrame(hostPrimitives, frame.slice(1, -1))?.[2] === COMMANDS.open[0]) opens++;
      return frame;
    },
    toHost: frame => (isLying ? `${lie}${frame}` : frame),
  });
  opens = 0;
  isLying = true;
  for (let calls = 0; calls < 3 * REOPENS_MAX; calls++) {
    const before = opens;
    expect(isRefusal(await failure(client.call('info', {})), 'no-session')).toBe(true);
    expect(opens - before).toBeLessThanOrEqual(1);
  }
  expect(opens).toBe(REOPENS_MAX);
  isLying = false;
  await client.openSession(pairingKey(owned.key));
  owned.fob.reboot();
  expect((await client.call('info', {})).accounts).toBe(1);
  expect(opens).toBe(REOPENS_MAX + 2);
});

it('a session is not taken for lost where an older image answers an unknown command inside it so', async () => {
  const owned = await ownedFob();
  owned.fob.without(['time'], REFUSED_NO_SESSION);
  let frames = 0;
  const client = await session(owned, {
    toFob(frame) {
      frames++;
      return frame;
    },
  });
  frames = 0;
  expect([isRefusal(await failure(client.call('time', {})), 'unknown-command'), frames]).toEqual([true, 1]);
  // The client does not repeat it.
  expect([(await failure(client.call('time', {}))).kind, frames]).toEqual(['old-firmware', 1]);
  expect([(await client.call('info', {})).accounts, frames]).toEqual([1, 2]);
});

it('a denied press is reported, and gives nothing', async () => {
  const owned = await ownedFob();
  const client = await session(owned);
  const denied = client.call('code', { id: owned.account.id }, { onPressNeeded: () => owned.fob.deny() });
  expect(isRefusal(await failure(denied), 'press-denied')).toBe(true);
  expect(await wholeConversation(owned, {})).toMatchObject({ counter: 0 });
});

it('a fob that still waits for its button after five seconds is reported once', async () => {
  const owned = await ownedFob();
  let nowMs = 0;
  const client = connect(owned.fob.plugIn().transport, { ...HASTY, now: () => nowMs });
  await client.hello();
  await client.openSession(pairingKey(owned.key));
  const said: string[] = [];
  const answer = await client.call(
    'code',
    { id: owned.account.id },
    {
      onPressNeeded() {
        said.push('asks');
        nowMs = PRESS_REMINDER_MS;
      },
      onPressAwaited() {
        said.push('waits');
        owned.fob.approve();
      },
    },
  );
  expect([said, answer.counter]).toEqual([['asks', 'waits'], 0]);
  const quick = { onPressNeeded: () => owned.fob.approve(), onPressAwaited: () => said.push('late') };
  await client.call('code', { id: owned.account.id }, quick);
  expect(said).toEqual(['asks', 'waits']);
});

it('a cancelled command no longer waits for a press, and the session continues', async () => {
  const owned = await ownedFob();
  const client = await session(owned);
  const ending = new AbortController();
  let asked = 0;
  const onPressNeeded = () => {
    asked++;
    ending.abort();
  };
  const cancelled = client.call('code', { id: owned.account.id }, { onPressNeeded, signal: ending.signal });
  expect([(await failure(cancelled)).kind, asked]).toEqual(['cancelled', 1]);
  expect((await client.call('info', {})).accounts).toBe(1);
});

it('the fob drops its question when the command is cancelled before the fob has answered that it asks', async () => {
  const owned = await ownedFob();
  const ending = new AbortController();
  let isAsking = false;
  const client = await session(owned, {
    toHost(frame) {
      if (isAsking) ending.abort();
      return frame;
    },
  });
  isAsking = true;
  const cancelled = client.call('code', { id: owned.account.id }, { signal: ending.signal });
  expect((await failure(cancelled)).kind).toBe('cancelled');
  expect(owned.fob.screen.join(' ')).not.toContain('Send passcode?');
});

it('the fob drops its question when the waiting command is cancelled', async () => {
  for (const isOld of [false, true]) {
    const owned = await ownedFob();
    if (isOld) owned.fob.without(['cancel'], REFUSED_NO_SESSION);
    const client = await session(owned);
    for (let times = 0; times < 2; times++) {
      const ending = new AbortController();
      const { signal } = ending;
      const onPressNeeded = () => {
        expect(owned.fob.screen.join(' ')).toContain('Send passcode?');
        ending.abort();
      };
      const cancelled = client.call('code', { id: owned.account.id }, { onPressNeeded, signal });
      expect((await failure(cancelled)).kind).toBe('cancelled');
      // Firmware from before that command drops the question by itself, 5 seconds later.
      expect(owned.fob.screen.join(' ').includes('Send passcode?')).toBe(isOld);
      owned.fob.run(5_100);
      expect(owned.fob.screen.join(' ')).not.toContain('Send passcode?');
    }
  }
});

/** Requests a code and leaves without a message as soon as the fob shows the question. */
async function leaveBehind(owned: Awaited<ReturnType<typeof ownedFob>>, client: Client): Promise<void> {
  const gone = new Error('gone');
  const renew = () => Promise.reject(gone);
  await expect(client.call('code', { id: owned.account.id }, { renew })).rejects.toBe(gone);
}

it('the next command of a session waits an abandoned question out', async () => {
  const owned = await ownedFob();
  let polls = 0;
  const client = await session(owned, {
    toFob(frame) {
      polls++;
      // The fob's time goes on: after 5 seconds without a poll the old question is gone.
      owned.fob.pass(500);
      return frame;
    },
  });
  await leaveBehind(owned, client);
  polls = 0;
  const denied = client.call('erase', {}, { onPressNeeded: () => owned.fob.deny() });
  expect(isRefusal(await failure(denied), 'press-denied')).toBe(true);
  expect(polls).toBeGreaterThan(5);
});

it('a new session drops an abandoned question, approved or not', async () => {
  for (const isApproved of [false, true]) {
    const owned = await ownedFob();
    await leaveBehind(owned, await session(owned));
    if (isApproved) owned.fob.approve();
    let asked = 0;
    const onPressNeeded = () => {
      asked++;
      owned.fob.deny();
    };
    const again = (await session(owned)).call('code', { id: owned.account.id }, { onPressNeeded });
    expect([isRefusal(await failure(again), 'press-denied'), asked]).toEqual([true, 1]);
  }
});

it('a late answer is not taken for the answer to the next request of its kind', async () => {
  const owned = await ownedFob();
  let late = '';
  let isHeld = false;
  const client = await session(owned, {
    toHost(frame) {
      if (!isHeld) return `${late}${frame}`;
      late = frame;
      return '';
    },
  });
  const ending = new AbortController();
  isHeld = true;
  const cancelled = failure(
    client.call('prove', { id: owned.account.id, nonce: new Uint8Array(16) }, ending),
  );
  await expect.poll(() => late).not.toBe('');
  ending.abort();
  expect((await cancelled).kind).toBe('cancelled');
  isHeld = false;
  const mac = async (first: number) => {
    const nonce = new Uint8Array(16).fill(first);
    return (await client.call('prove', { id: owned.account.id, nonce })).mac;
  };
  // The late answer precedes the right one on the line.
  const second = await mac(1);
  late = '';
  expect(second).toEqual(await mac(1));
  expect(second).not.toEqual(await mac(0));
});

it('simultaneous calls take turns', async () => {
  const owned = await ownedFob();
  const client = await session(owned);
  const results = await Promise.all([
    client.call('info', {}),
    failure(client.call('list', { index: 9 })),
    client.call('list', { index: 0 }),
    client.call('clock', {}),
  ]);
  expect([results[0].accounts, results[1].refusal]).toEqual([1, 'no-such-account']);
  expect(results[2].id).toEqual(owned.account.id);
  expect(results[3].state).toBe(0);
});
