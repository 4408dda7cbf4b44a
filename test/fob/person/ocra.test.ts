import type { Request } from 'passfob/client';
import { expect, it } from 'vitest';
import { ascii } from '../conformance/owner.ts';
import { Hand, HOLD_MS, onceAsked } from './kit.ts';

/** RFC 6287 appendix C.1, with the PIN 1234. */
const KEY32 = ascii('12345678901234567890123456789012');
const ID = Uint8Array.of(200, 1, 2, 3);

/** Returns a fob that holds one OCRA account, with its list on the screen. */
async function holding(account: Partial<Request<'putOcra'>>): Promise<Hand> {
  const hand = await Hand.hold();
  await hand.putOcra({ id: ID, ...account });
  return hand;
}

it('an OCRA account asks for its question, then shows the passcode (RFC 6287 C.1)', async () => {
  const hand = await holding({});
  hand.plays('hold; title Question; enter 11111111; code 243178; title Bank; press; says Bank');
});

it('an OCRA account with a PIN asks for that, too, and shows dots (RFC 6287 C.1)', async () => {
  const hand = await holding({ algorithm: 2, digits: 8, inputs: 2, secret: KEY32 });
  hand.plays('hold; enter 22222222');
  expect(hand.fob.screen.slice(0, 2)).toEqual(['Account PIN', '']);
  hand.enter('1234');
  expect(hand.fob.screen).toContain('1795 7585');
});

it('an OCRA account with a time step says that the clock is not set', async () => {
  const hand = await holding({ inputs: 16, step: 1 });
  hand.fob.loseTime();
  hand.plays('hold; says Clock not set');
});

it.each([
  ['letters', { question: 1 }],
  ['a digest', { question: 2, length: 40 }],
  ['a digest and no time', { question: 2, length: 40, inputs: 16, step: 1 }],
])(
  'an OCRA account for questions of %s says that it is for approvals, and asks for no PIN first',
  async (_, suite) => {
    const hand = await holding(suite);
    if ('inputs' in suite) hand.fob.loseTime();
    expect(hand.fob.screen.at(-1)).toBe('For approvals');
    await hand.policy({ asks: 1 });
    hand.plays(`
      enter 730528; enter 730528; wait 6000; hint For approvals; hold
      says For approvals: the fob asks you when there is one.`);
  },
);

it('the wheel for a question names the way out of it, and of what was entered', async () => {
  const hand = await holding({ question: 2, length: 20 });
  hand.fob.press(HOLD_MS);
  for (let presses = 0; presses < 18; presses++) hand.plays('says Leave: hold at "back"; press');
  hand.plays('take A; says Undo: hold at "del"; take del; says Leave: hold at "back"; take back; title Bank');
});

it('a log-in shows service, user and the number to compare, and is approved by a hold', async () => {
  const hand = await holding({});
  const names = { service: ascii('vpn'), user: ascii('erika') };
  const request = { id: ID, question: ascii('11111111'), number: 7, ...names };
  const approval = onceAsked(() => {
    expect(hand.fob.screen).toContain('07');
    hand.plays('says vpn; says erika; wait 702; press 1050');
  });
  const { code } = await hand.client.call('respond', request, approval);
  expect(Buffer.from(code).toString()).toBe('243178');
});
