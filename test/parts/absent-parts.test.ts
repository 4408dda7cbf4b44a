import { memoryStore, type PartsOptions, type StateStore } from '@passfob/simulator';
import { afterEach, describe, expect, it } from 'vitest';
import { ascii, Owner } from '../conformance/owner.ts';
import { refused } from '../conformance/refused.ts';
import { SimulatorDriver } from '../conformance/simulator-driver.ts';
import { secret } from '../kit/secrets.ts';

const HOTP = 1;
const TOTP = 2;
/** The longest that an absent part may delay an input, once in half a minute. */
const STALL_MS = 600;

let driver: SimulatorDriver | undefined;
afterEach(() => driver?.close());

function fob(storage: StateStore, parts: PartsOptions): SimulatorDriver {
  driver = new SimulatorDriver({ storage, parts });
  return driver;
}

const words = async (one: SimulatorDriver) => (await one.screen()).join(' ');

/** The memories of a fob with all its parts, its owner and one account. */
async function owned(kind: number): Promise<{ storage: StateStore; owner: Owner; id: Uint8Array }> {
  const storage = memoryStore();
  const whole = fob(storage, {});
  const owner = new Owner(whole);
  await owner.pair();
  await owner.setClock(1_780_000_000);
  const id = await owner.put({
    kind,
    period: kind === TOTP ? 30 : 0,
    secret: secret(new Uint8Array(20).fill(0x31)),
  });
  await whole.close();
  return { storage, owner, id };
}

/** The same owner at a fob that has lost a part. */
async function without(
  parts: PartsOptions,
  kind = HOTP,
): Promise<{ one: SimulatorDriver; owner: Owner; id: Uint8Array }> {
  const { storage, owner: before, id } = await owned(kind);
  const one = fob(storage, parts);
  const owner = Object.assign(new Owner(one), { key: before.key });
  await owner.open();
  // Without the clock's chip the anti-rollback counter is missing: the fob tells the person once.
  if ((await one.screen()).includes('Hold: go on')) await one.choose();
  return { one, owner, id };
}

describe('fobs without their clock', () => {
  it('without its clock the fob shows HOTP, and says that the time is not set instead of TOTP', async () => {
    const { one, owner } = await without({ clock: false });
    await owner.toListByPress();
    await one.press(700);
    expect(await words(one)).toMatch(/\d{3} \d{3}/);
    await one.close();
    const timed = await without({ clock: false }, TOTP);
    await timed.owner.toListByPress();
    await timed.one.press(700);
    expect(await words(timed.one)).toContain('Clock not set');
  });

  it('without its clock the fob tells its owner so, and everything else works', async () => {
    const { owner, id } = await without({ clock: false });
    expect((await owner.client.call('clock', {})).state).toBe(0);
    await refused(owner.client.call('setClock', { utc: 1_790_000_000 }), 'clock-failed');
    await owner.client.call('remove', { id });
    expect((await owner.client.call('info', {})).accounts).toBe(0);
  });

  it('without its clock the fob does not delay every input', async () => {
    const { one } = await without({ clock: false });
    const before = one.fob.now();
    for (let i = 0; i < 20; i++) one.fob.link.write(ascii('~\n'));
    expect(one.fob.now() - before).toBeLessThan(STALL_MS);
    expect(one.fob.violations).toEqual([]);
  });
});

describe('fobs without their memory', () => {
  it('without its memory the fob says so on its screen and in every answer', async () => {
    const one = fob(memoryStore(), { eeprom: 'none' });
    expect(await words(one)).toContain('Memory damaged or not connected');
    const hello = await new Owner(one).client.hello();
    expect(hello.state).toBe('damaged');
    expect(one.complaints()).toBe('');
  });

  it('without its memory an owned fob shows no account, and works again when the memory is back', async () => {
    const { storage, owner: before, id } = await owned(HOTP);
    const one = fob(storage, { eeprom: 'none' });
    expect((await new Owner(one).client.hello()).state).toBe('damaged');
    await one.press();
    expect(await words(one)).toContain('Memory damaged or not connected');
    await one.close();
    const back = fob(storage, {});
    const owner = Object.assign(new Owner(back), { key: before.key });
    await owner.open();
    expect([...(await owner.client.call('list', { index: 0 })).id]).toEqual([...id]);
  });
});

describe('fobs without their display', () => {
  it('without its display an owned fob answers its owner, delayed by no more than one query to the display', async () => {
    const { one, owner, id } = await without({ display: false });
    const before = one.fob.now();
    await one.press();
    expect(one.fob.now() - before).toBeLessThan(STALL_MS + 200);
    expect([...(await owner.client.call('list', { index: 0 })).id]).toEqual([...id]);
    await owner.client.call('remove', { id });
    expect(one.complaints()).toBe('');
    expect(one.fob.violations).toEqual([]);
  });

  it('without its display a blank fob still says who it is', async () => {
    const one = fob(memoryStore(), { display: false });
    expect((await new Owner(one).client.hello()).state).toBe('blank');
  });
});

describe('fobs without any of these parts', () => {
  it('without any of these parts the fob boots and answers', async () => {
    const one = fob(memoryStore(), { display: false, clock: false, eeprom: 'none' });
    expect((await new Owner(one).client.hello()).state).toBe('damaged');
    await one.press();
    expect(one.complaints()).toBe('');
  });
});

describe('fobs with the larger memory', () => {
  it('with the larger memory the fob takes a hundred accounts, and keeps them', async () => {
    const storage = memoryStore();
    const parts = { eeprom: 'AT24C256' } as const;
    const one = fob(storage, parts);
    const owner = new Owner(one);
    await owner.pair();
    for (let i = 0; i < 100; i++) await owner.put({ secret: secret(new Uint8Array(20).fill(i + 1)) });
    await refused(owner.put({ secret: secret(new Uint8Array(20).fill(101)) }), 'full');
    await one.reboot();
    await owner.open();
    expect((await owner.client.call('info', {})).accounts).toBe(100);
    expect((await owner.client.call('list', { index: 99 })).health).toBe(0);
    expect(one.fob.violations).toEqual([]);
  });
});
