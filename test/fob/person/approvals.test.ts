import type { Request, SealedCommand } from 'passfob/client';
import { hostPrimitives } from 'passfob/client/primitives';
import { expect, it } from 'vitest';
import { ascii } from '../conformance/owner.ts';
import { refused } from '../conformance/refused.ts';
import { Hand, onceAsked, START_UTC } from './kit.ts';

/** Checks that a question is asked once: a remembered approval would have come at once. */
function once(hand: Hand) {
  const ending = new AbortController();
  let asked = 0;
  hand.onAsked = () => {
    asked += 1;
    if (asked > 1) ending.abort();
  };
  return { signal: ending.signal };
}

/** A computer asks, has its question approved, and leaves without a message before it receives the approval. */
async function afterApproval<N extends SealedCommand>(hand: Hand, name: N, request: Request<N>) {
  const gone = new Error('the computer has gone');
  const asking = hand.client.call(name, request, {
    onPressNeeded() {
      hand.plays('wait 710; press 1100; says Approved.');
    },
    renew: () => Promise.reject(gone),
  });
  await expect(asking).rejects.toBe(gone);
}

it('an approval is for the time on the screen, to a minute, and for no other', async () => {
  const hand = await Hand.hold();
  const asked = START_UTC + 3_600;
  await afterApproval(hand, 'setClock', { utc: asked });
  await refused(hand.client.call('setClock', { utc: START_UTC + 7_200 }, once(hand)), 'cancelled');
  await hand.client.call('setClock', { utc: asked + 40 });
  expect((await hand.client.call('clock', {})).utc).toBe(asked + 40);
});

it('an approval given in one session does not count in the next one', async () => {
  const hand = await Hand.hold();
  const id = await hand.put({});
  const utc = START_UTC + 3_600;
  await afterApproval(hand, 'code', { id });
  await hand.openSession();
  await refused(hand.client.call('code', { id }, once(hand)), 'cancelled');
  await afterApproval(hand, 'setClock', { utc });
  await hand.openSession();
  await refused(hand.client.call('setClock', { utc }, once(hand)), 'cancelled');
  await afterApproval(hand, 'erase', {});
  await hand.openSession();
  await refused(hand.client.call('erase', {}, once(hand)), 'cancelled');
  expect((await hand.client.hello()).state).toBe('owned');
});

it('an approval of a log-in counts for no other command, whatever account and question that has', async () => {
  // The subjects of the questions that erase the fob, reset its PIN and open it, and the id of another account.
  for (const number of [1, 2, 3, 4, 0x48000000]) {
    const hand = await Hand.hold();
    const question = ascii('11111111');
    const crossed = hostPrimitives.crc32(question) ^ number;
    const id = new Uint8Array(4);
    new DataView(id.buffer).setInt32(0, crossed);
    await hand.putOcra({ id });
    const other = Uint8Array.of(0x48, 0, 0, 0);
    await hand.put({ id: other });
    const login = { id, question, number: 7, service: ascii('vpn'), user: ascii('erika') };
    await afterApproval(hand, 'respond', login);
    const { client } = hand;
    await refused(client.call('erase', {}, once(hand)), 'cancelled');
    await refused(client.call('maintain', {}, once(hand)), 'cancelled');
    await refused(client.call('setClock', { utc: 1 }, once(hand)), 'cancelled');
    await refused(client.call('code', { id: other }, once(hand)), 'cancelled');
    expect((await hand.client.hello()).state).toBe('owned');
  }
});

/** Two questions with one CRC-32. */
const TWINS = ['48283494', '53466621'] as const;

const id = Uint8Array.of(0x48, 0, 0, 0);
const login = { id, question: ascii(TWINS[0]), number: 7, service: ascii('vpn'), user: ascii('erika') };

it.each([
  ['question, though it has the same checksum', { question: ascii(TWINS[1]) }],
  ['service', { service: ascii('payroll') }],
  ['user', { user: ascii('heinz') }],
  ['number to compare', { number: 8 }],
])('an approval of a log-in is for no other %s', async (_, other) => {
  expect(hostPrimitives.crc32(ascii(TWINS[1]))).toBe(hostPrimitives.crc32(ascii(TWINS[0])));
  const hand = await Hand.hold();
  await hand.putOcra({ id });
  await afterApproval(hand, 'respond', login);
  await refused(hand.client.call('respond', { ...login, ...other }, once(hand)), 'cancelled');
  expect((await hand.client.call('respond', login)).code).toHaveLength(6);
});

it('a hold that begins while keys are deaf is rejected on the screen until it ends, and approves nothing', async () => {
  const hand = await Hand.hold();
  const id = await hand.put({});
  let asked = 0;
  const onPressNeeded = () => {
    asked += 1;
    if (asked > 1) return;
    hand.plays('wait 500; hint Hold: yes  Press: no; down');
    for (const ms of [1, 150, 100, 1_100]) {
      hand.plays(`wait ${ms}; hint Too soon. Hold again.`);
    }
    hand.plays('up; hint Hold: yes  Press: no; press 1050; says Approved.');
  };
  expect((await hand.client.call('code', { id }, { onPressNeeded })).code).toHaveLength(6);
});

const asking = async (act: (hand: Hand) => void) => {
  const hand = await Hand.hold();
  const id = await hand.put({});
  const acted = onceAsked(() => act(hand));
  return hand.client.call('code', { id }, acted);
};

it('a busy fob does not approve by a press whose end it sees late', async () => {
  for (const busyMs of [950, 1_000, 1_200, 3_000]) {
    const asked = asking(hand => {
      hand.plays(`wait 710; down; wait 100; busy ${busyMs}; up`);
    });
    await refused(asked, 'press-denied');
  }
});

it('a busy fob erases nothing by a press whose end it sees late', async () => {
  const hand = await Hand.hold();
  await hand.put({});
  hand.plays('wait 6000; press; hold; find Hold 10 s; down; wait 100; busy 11000; up');
  expect((await hand.client.hello()).state).toBe('owned');
  hand.plays('press; find Hold 10 s; press 10100');
  expect((await hand.client.hello()).state).toBe('blank');
});

it('a fob takes no press for an answer before it has read the keys with the question drawn', async () => {
  const hand = await Hand.hold();
  const id = await hand.put({});
  const asked = hand.client.call(
    'code',
    { id },
    {
      onPressNeeded: () => {
        hand.plays('busy 900; press 1100; says Send passcode?; press 1100; says Approved.');
      },
    },
  );
  expect((await asked).code).toHaveLength(6);
});
