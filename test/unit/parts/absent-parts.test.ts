import { crc32 } from 'node:zlib';
import { memoryStore, type PartsOptions, type StateStore } from '@passfob/simulator';
import { afterEach, expect, it } from 'vitest';
import { ascii, Owner } from '../../fob/conformance/owner.ts';
import { refused } from '../../fob/conformance/refused.ts';
import { SimulatorDriver } from '../../fob/conformance/simulator-driver.ts';
import { type KeptFob, keptFob } from '../../kit/fob.ts';
import { pressKey } from '../../kit/pressing.ts';
import { secret } from '../../kit/secrets.ts';

const HOTP = 1;
const TOTP = 2;
/** The longest that an absent part delays an input, and the longest that it is not asked. */
const STALL_MS = 1_300;
const SILENT_MS = 32_000;
const SILENT = 'Memory does not answer';

let driver: SimulatorDriver | undefined;
afterEach(() => driver?.close());

function fob(storage: StateStore, parts: PartsOptions): SimulatorDriver {
  driver = new SimulatorDriver({ storage, parts });
  return driver;
}

const words = async (one: SimulatorDriver) => (await one.screen()).join(' ');

/** A fob with all its parts, the time and one account, and the id of that. */
async function owned(kind: number): Promise<KeptFob & { readonly id: Uint8Array }> {
  let id = new Uint8Array();
  const kept = await keptFob(async owner => {
    await owner.setClock(1_780_000_000);
    const period = kind === TOTP ? 30 : 0;
    id = new Uint8Array(await owner.put({ kind, period, secret: secret(new Uint8Array(20).fill(0x31)) }));
  });
  return { ...kept, id };
}

/** The same owner at a fob that has lost a part. */
async function without(parts: PartsOptions, kind = HOTP) {
  const { store, owner: before, id } = await owned(kind);
  const one = fob(store, parts);
  const owner = new Owner(one, {}, before);
  await owner.open();
  // Without the clock's chip the anti-rollback counter is missing: the fob tells the person once.
  if ((await one.screen()).includes('Hold: go on')) await one.choose();
  return { one, owner, id };
}

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

it('without its memory the fob says so on its screen and in every answer', async () => {
  const one = fob(memoryStore(), { eeprom: 'none' });
  expect(await words(one)).toContain(SILENT);
  const hello = await new Owner(one).client.hello();
  expect(hello.state).toBe('damaged');
  expect(one.complaints()).toBe('');
});

it('without its memory an owned fob shows no account, and works again when the memory is back', async () => {
  const { store, owner: before, id } = await owned(HOTP);
  const one = fob(store, { eeprom: 'none' });
  const owner = new Owner(one, {}, before);
  expect((await owner.client.hello()).state).toBe('damaged');
  await refused(owner.client.startPairing(), 'storage-failed');
  await refused(owner.open(), 'storage-failed');
  for (const heldMs of [100, 700, 11_000]) {
    await one.press(heldMs);
    expect(await words(one)).toContain(SILENT);
  }
  await one.advance(60_000);
  one.fob.setPart('eeprom', true);
  await one.press();
  await one.advance(SILENT_MS + 1_000);
  await one.press();
  expect(await words(one)).toContain('Example alice');
  await owner.open();
  expect([...(await owner.client.call('list', { index: 0 })).id]).toEqual([...id]);
  expect(one.complaints()).toBe('');
});

it('a fob whose memory is back shows its accounts without a key, while its display is on', async () => {
  const { store } = await owned(HOTP);
  const one = fob(store, { eeprom: 'none' });
  await one.advance(3_000);
  one.fob.setPart('eeprom', true);
  await one.advance(6_000);
  expect(await words(one)).toContain('Example alice');
});

it('a fob whose memory is pulled off says so, loses nothing, and goes on when it is back', async () => {
  const { one, owner, id } = await without({});
  await owner.toListByPress();
  one.fob.setPart('eeprom', false);
  await one.press();
  await one.press();
  expect(await words(one)).toContain(SILENT);
  await refused(owner.client.call('list', { index: 0 }), 'storage-failed');
  await refused(owner.client.call('prove', { id, nonce: new Uint8Array(16) }), 'storage-failed');
  await refused(owner.client.call('rename', { id, issuer: ascii('a'), label: ascii('b') }), 'storage-failed');
  await refused(owner.client.call('remove', { id }), 'storage-failed');
  await one.press(11_000);
  expect(await words(one)).toContain(SILENT);
  one.fob.setPart('eeprom', true);
  await one.advance(SILENT_MS);
  await one.press();
  expect(await words(one)).toContain('Example alice');
  const { health, counter } = await owner.client.call('list', { index: 0 });
  expect([health, counter]).toEqual([0, 0]);
  expect(one.fob.violations).toEqual([]);
});

it('keys that were given at flashing make no vault before the memory answers, and then they do', async () => {
  const secrets = Buffer.alloc(64, 7);
  const check = String(crc32(secrets) + 2 ** 32);
  const keys = Buffer.concat([secrets, Buffer.from(check), Buffer.of(0xff)]);
  driver = new SimulatorDriver({ parts: { eeprom: 'none' }, files: { keys } });
  const owner = new Owner(driver);
  expect((await owner.client.hello()).state).toBe('damaged');
  driver.fob.setPart('eeprom', true);
  await driver.advance(10_000);
  expect((await owner.client.hello()).state).toBe('owned');
  await driver.reboot();
  expect((await owner.client.hello()).state).toBe('owned');
});

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

it('a display that was pulled off shows the picture again when it is back, without a key', async () => {
  const { one, owner } = await without({});
  await owner.toListByPress();
  one.fob.setPart('display', false);
  await one.press();
  expect(await one.screen()).toEqual([]);
  one.fob.setPart('display', true);
  await one.advance(5_000);
  expect(await words(one)).toContain('Settings');
});

it('a clock that was pulled off gives passcodes again when it is back', async () => {
  const { one, owner } = await without({}, TOTP);
  await owner.toListByPress();
  one.fob.setPart('clock', false);
  // The first reading of a clock that is absent takes 1.2 s, which count for no hold.
  pressKey(one.fob, 0, 700);
  expect(await words(one)).toContain('Clock not set');
  one.fob.setPart('clock', true);
  await one.advance(SILENT_MS);
  await one.press();
  await owner.toListByPress();
  await one.press(700);
  expect(await words(one)).toMatch(/\d{3} \d{3}/);
});

it('without any of these parts the fob boots and answers', async () => {
  const one = fob(memoryStore(), { display: false, clock: false, eeprom: 'none' });
  expect((await new Owner(one).client.hello()).state).toBe('damaged');
  await one.press();
  expect(one.complaints()).toBe('');
});

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
