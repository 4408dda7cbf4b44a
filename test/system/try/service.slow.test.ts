import type { TryBoard } from '@passfob/demo/try/fob/messages';
import { PERIOD_SECONDS } from '@passfob/demo/try/limits';
import { generateSync } from 'otplib';
import { isFobError } from 'passfob/errors';
import { expect, it } from 'vitest';
import { pair, pauseMs, type Stand, stand } from './kit.ts';

const BOARDS: readonly TryBoard[] = ['pico', 'pico-hid', 'rpi-pico', 'banglejs2'];

/** Shows the list of accounts at the first one, whatever the display shows. */
async function toList({ press, screen }: Stand): Promise<void> {
  for (let presses = 0; presses < 8 && !/\d\/\d/.test(screen().text.join(' ')); presses++) await press();
}

/** Reads the passcode of the account under the cursor. */
async function passcode({ hold, press, shows, screen }: Stand): Promise<string> {
  // A watch with two keys chooses with a press.
  await (screen().text.join(' ').includes('Press:') ? press() : hold());
  return (/(\d{3}) (\d{3})/.exec(await shows(/\d{3} \d{3}/)) ?? []).slice(1).join('');
}

it.each(BOARDS)(
  'the in-page service accepts the passcode of a %s once, which is the one that otplib makes',
  async board => {
    const fob = stand(board);
    await pair(fob);
    await fob.service.enrol('totp');
    await toList(fob);
    const shown = await passcode(fob);
    const secret = fob.service.account('totp')?.secret ?? new Uint8Array(0);
    const epoch = Math.floor(fob.now() / 1000);
    const near = [0, PERIOD_SECONDS].map(age =>
      generateSync({ strategy: 'totp', secret, digits: 6, period: PERIOD_SECONDS, epoch: epoch - age }),
    );
    expect(near).toContain(shown);
    expect(fob.service.check('totp', shown).outcome).toBe('accepted');
    expect(fob.service.check('totp', shown).outcome).toBe('replay');
    expect(fob.failures).toEqual([]);
  },
);

it('the in-page service refuses a counter-based passcode that is older than the last accepted one', async () => {
  const fob = stand();
  await pair(fob);
  await fob.service.enrol('hotp');
  await toList(fob);
  const first = await passcode(fob);
  await fob.press();
  await pauseMs(800);
  const second = await passcode(fob);
  expect(fob.service.check('hotp', second)).toMatchObject({ outcome: 'accepted', step: 1 });
  expect(fob.service.check('hotp', first)).toMatchObject({ outcome: 'superseded', step: 0 });
});

it.each(BOARDS)('a hold on a %s approves a push request, and a press declines one', async board => {
  const fob = stand(board);
  await pair(fob);
  await fob.service.enrolPush();
  for (const [act, outcome] of [
    ['approve', 'approved'],
    ['press', 'denied'],
  ] as const) {
    const request = fob.service.newPush();
    let isShown = false;
    const result = fob.service.requestApproval(request, () => {
      isShown = true;
    });
    await fob.shows(new RegExp(`Try page\n.*Anna\n${String(request.number).padStart(2, '0')}\n`));
    await pauseMs(800);
    await fob[act]();
    // The fob then asks whether to report the request.
    if (act === 'press') {
      await pauseMs(1_000);
      await fob.press();
    }
    expect([await result, isShown]).toEqual([outcome, true]);
  }
});

it('the in-page service cannot take a fob with a code that the fob does not show', async () => {
  const fob = stand();
  await fob.service.startPairing();
  const error: unknown = await fob.service.finishPairing('a'.repeat(18)).catch((thrown: unknown) => thrown);
  expect(isFobError(error, 'wrong-code')).toBe(true);
  expect(fob.service.isPaired).toBe(false);
  await pair(fob);
  expect(fob.service.isPaired).toBe(true);
});

it('a fob of the page keeps its accounts and its time without power, and through an hour of travel', async () => {
  const fob = stand();
  await pair(fob);
  await fob.service.enrol('totp');
  fob.port.send({ do: 'power', on: false });
  await expect.poll(() => fob.screen().powered).toBe(false);
  fob.travel(3_600_000);
  await pauseMs(300);
  fob.port.send({ do: 'power', on: true });
  await fob.shows(/Anna/);
  await pauseMs(800);
  expect(fob.service.check('totp', await passcode(fob)).outcome).toBe('accepted');
});

it('a fob whose clock lost its battery says so, and the service sets it again', async () => {
  const fob = stand();
  await pair(fob);
  await fob.service.enrol('totp');
  fob.port.send({ do: 'fault', fault: 'battery' });
  fob.port.send({ do: 'power', on: false });
  fob.port.send({ do: 'power', on: true });
  await fob.shows(/clock module lost/);
  await pauseMs(800);
  await fob.hold();
  await fob.shows(/Anna/);
  await pauseMs(800);
  await fob.hold();
  await fob.shows(/clock/i);
  await fob.service.setClock(() => undefined);
  await toList(fob);
  expect(fob.service.check('totp', await passcode(fob)).outcome).toBe('accepted');
});

it('a fob whose power is cut in the middle of a write boots again, and takes the account then', async () => {
  const fob = stand();
  await pair(fob);
  fob.port.send({ do: 'fault', fault: 'cut' });
  const cut = fob.service.enrol('totp').catch((thrown: unknown) => thrown);
  await expect.poll(() => fob.screen().powered).toBe(false);
  fob.port.send({ do: 'power', on: true });
  await cut;
  await fob.service.enrol('hotp');
  await toList(fob);
  await fob.shows(/Anna/);
  expect(fob.failures).toEqual([]);
});

it('a fob that travels says how far it is behind, and that it has arrived', async () => {
  const fob = stand();
  const behind: number[] = [];
  fob.port.listen(message => {
    if (message.tell === 'time') behind.push(message.behindMs);
  });
  fob.travel(30 * 24 * 3_600_000);
  await expect.poll(() => behind.at(-1)).toBe(0);
  expect(behind.length).toBeGreaterThan(1);
});
