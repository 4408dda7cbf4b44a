import { Commands } from '@passfob/firmware/core/commands';
import { KIND_TOTP } from '@passfob/protocol/account';
import { PROTOCOL_VERSION } from '@passfob/protocol/limits';
import { REFUSED_OUT_OF_RANGE } from '@passfob/protocol/refusals';
import { exitCodeOf } from 'passfob/cli/base/exit-codes';
import { showClock } from 'passfob/commands/clock';
import type { FobAtHand } from 'passfob/commands/context';
import { enroll } from 'passfob/commands/enroll';
import { importRows } from 'passfob/commands/import';
import { info } from 'passfob/commands/info';
import { list } from 'passfob/commands/list';
import { maintain } from 'passfob/commands/maintain';
import { move } from 'passfob/commands/move';
import { pair } from 'passfob/commands/pair';
import { escrowPin, pinPolicy, requirePin, resetPin } from 'passfob/commands/pin';
import { rename } from 'passfob/commands/rename';
import { verify } from 'passfob/commands/verify';
import { accountsOf } from 'passfob/inventory/accounts';
import { pairingsOf } from 'passfob/inventory/pairings';
import { expect, it, onTestFinished, vi } from 'vitest';
import { CoreFob } from './kit/core-fob.ts';
import { failure } from './kit/failure.ts';
import { speaking } from './kit/old-firmware.ts';
import { seedOf } from './kit/seeds.ts';
import { atHand, owned, type Workplace, workplace } from './kit/workplace.ts';

const OLD = speaking(1);

/** A paired fob of version 1 with an account, and the number of frames sent to it since. */
async function oldFob() {
  const fob = new CoreFob();
  const owner = workplace(fob);
  await pair(owner.context, await atHand(fob, { toHost: OLD }), { askCode: async () => fob.code });
  let sent = 0;
  const toFob = (frame: string) => {
    sent++;
    return frame;
  };
  const atFob = await atHand(fob, { toHost: OLD, toFob });
  await enroll(owner.context, atFob, seedOf());
  return { owner, atFob, sent: () => sent };
}

it('a fob of version 1 works as before, and gets no request that it does not know', async () => {
  const { owner, atFob } = await oldFob();
  const { context } = owner;
  expect((await list(context, atFob)).accounts).toHaveLength(1);
  expect((await verify(context, atFob)).accounts).toMatchObject([{ verdict: 'proved' }]);
  expect(await info(context, atFob)).toEqual({
    serial: atFob.hello.serial,
    board: 'core',
    firmware: 'test',
    protocolVersion: 1,
    accounts: 1,
    free: expect.any(Number),
    clock: { state: 'unset', errorMs: null, uncertaintyMs: null },
    health: [expect.objectContaining({ kind: 'clock-unset', wasSet: false })],
  });
  const [pairing] = await pairingsOf(context.inventory, atFob.hello.serial);
  expect(pairing?.escrowed_ms).toBeNull();
  expect(owner.reported.map(({ event }) => event)).not.toContain('recovery-key-left');
  expect(await showClock(context, atFob)).toMatchObject({ state: 'unset' });
});

const newer: Record<string, (owner: Workplace, fob: FobAtHand) => Promise<unknown>> = {
  'pin policy': ({ context }, fob) => pinPolicy(context, fob, {}),
  'pin require': ({ context }, fob) => requirePin(context, fob),
  'pin reset': ({ context }, fob) => resetPin(context, fob),
  'pin escrow': ({ context }, fob) => escrowPin(context, fob),
  rename: ({ context }, fob) => rename(context, fob, 'alice', { label: 'bob' }),
  move: ({ context }, fob) => move(context, fob, 'alice', 1),
  maintain: ({ context }, fob) => maintain(context, fob),
  'another alphabet': ({ context }, fob) =>
    enroll(context, fob, { ...seedOf(), alphabet: 'hex', label: 'hex' }),
};
it.each(Object.keys(newer))('a fob of version 1 gets no request for %s', async name => {
  const { owner, atFob } = await oldFob();
  const error = await failure(newer[name]?.(owner, atFob) ?? Promise.resolve());
  expect(error).toMatchObject({ kind: 'old-firmware', next: expect.stringContaining('Update the firmware') });
  expect([error.message, exitCodeOf(error)]).toEqual([expect.stringContaining(atFob.hello.serial), 15]);
  // The attempt left nothing behind.
  const [pairing] = await pairingsOf(owner.context.inventory, atFob.hello.serial);
  const kept = await accountsOf(owner.context.inventory, pairing?.id ?? 0);
  expect(kept).toEqual([expect.objectContaining({ state: 'active' })]);
  expect(kept[0]).not.toHaveProperty('nextNames');
});

it('a fob of version 1 gets no command that it does not know', async () => {
  const { atFob, sent } = await oldFob();
  const before = sent();
  expect((await failure(atFob.client.call('status', {}))).kind).toBe('old-firmware');
  expect(sent()).toBe(before);
  expect(atFob.client.knows('clock')).toBe(true);
});

it('any command stores the recovery key, once the firmware is updated', async () => {
  const fob = new CoreFob();
  const owner = workplace(fob);
  await pair(owner.context, await atHand(fob, { toHost: OLD }), { askCode: async () => fob.code });
  const updated = await atHand(fob);
  await verify(owner.context, updated);
  expect(owner.reported.map(({ event }) => event)).toContain('recovery-key-left');
  expect((await info(owner.context, updated)).status?.canBeReset).toBe(true);
  owner.reported.splice(0);
  await list(owner.context, await atHand(fob));
  expect(owner.reported).toEqual([]);
});

it('a fob of an older image refuses a period below 15 seconds in words, alone among the rows of an import', async () => {
  const { owner, atFob } = await owned();
  const { enrol } = Commands.prototype;
  vi.spyOn(Commands.prototype, 'enrol').mockImplementation(function (this: Commands, request) {
    return request.period < 15 ? REFUSED_OUT_OF_RANGE : enrol.call(this, request);
  });
  onTestFinished(() => void vi.restoreAllMocks());
  const rows = [10, 15].map(period => ({
    place: `row ${period}`,
    user: '',
    issuer: '',
    label: `p${period}`,
    outcome: {
      state: 'ok',
      enrolment: seedOf({ kind: KIND_TOTP, issuer: '', label: `p${period}`, period }),
    } as const,
  }));
  expect((await failure(importRows(owner.context, atFob, rows))).details?.rows).toMatchObject([
    { state: 'refused', reason: expect.stringContaining('15 seconds or more, not 10.') },
    { state: 'enrolled' },
  ]);
  vi.restoreAllMocks();
  expect((await importRows(owner.context, atFob, rows)).counts).toMatchObject({ enrolled: 1, present: 1 });
});

it.each([0, PROTOCOL_VERSION + 1])('a fob of version %i gets no request', async version => {
  expect((await failure(atHand(new CoreFob(), { toHost: speaking(version) }))).kind).toBe('wrong-version');
});

it('a fob of the present version has the recovery key when it is paired', async () => {
  const { owner, atFob } = await owned();
  const [pairing] = await pairingsOf(owner.context.inventory, atFob.hello.serial);
  expect(pairing?.escrowed_ms).toBe(owner.context.now());
});
