import { PACKET_ANSWER } from '@passfob/protocol/limits';
import { boot, memoryStore, type StateStore } from '@passfob/simulator';
import { builtImage } from '@passfob/simulator/fob/built-image';
import { isFobError } from 'passfob/client';
import { expect, it } from 'vitest';
import { BangleDriver } from '../../fob/conformance/banglejs2-driver.ts';
import { Owner, random } from '../../fob/conformance/owner.ts';
import { refused } from '../../fob/conformance/refused.ts';
import { RFC4226, RFC4226_KEY } from '../../fob/conformance/vectors.ts';
import { heardFrom } from '../../kit/heard.ts';
import { passes } from '../../kit/scenario.ts';
import { secret } from '../../kit/secrets.ts';
import { copyOf } from './bangle-pages-kit.ts';

const PATIENCE = { patience: { answerTimeoutMs: 15, sendsMax: 1 } };
const CYAN = 6;

function ownerLike(model: Owner, driver: BangleDriver): Owner {
  return Object.assign(new Owner(driver, PATIENCE), { key: model.key, deviceSecret: model.deviceSecret });
}

/**
 * Returns a fob with two HOTP accounts, its list on the display.
 * @param beside code that runs beside the image
 */
async function withTwo(beside = ''): Promise<{ driver: BangleDriver; owner: Owner }> {
  const driver = new BangleDriver({
    image: { ...builtImage('banglejs2'), '.boot1': new Uint8Array(Buffer.from(beside)) },
  });
  const owner = new Owner(driver);
  await owner.pair();
  for (const name of ['one', 'two'])
    await owner.put({ secret: RFC4226_KEY, issuer: new Uint8Array(Buffer.from(name)) });
  await owner.toList();
  return { driver, owner };
}

it('the Bangle moves through its list by taps, shows a passcode by its button, and goes back by a swipe', async () => {
  const { driver } = await withTwo();
  const title = async () => (await driver.screen())[0];
  const first = await title();
  driver.fob.press(1);
  const second = await title();
  expect([first, second].sort()).toEqual(['one', 'two']);
  driver.fob.press(2);
  expect(await title()).toBe(first);
  driver.fob.press(0, 700);
  const code = (await driver.screen()).find(line => /^\d{3} \d{3}$/.test(line));
  expect(code?.replace(' ', '')).toBe(RFC4226[0]);
  // The passcode has a distinct colour, beside its place and size.
  expect(driver.fob.screen().bitmap.colours).toContain(CYAN);
  driver.fob.press(3);
  expect(await title()).toBe(first);
  expect(driver.complaints()).toBe('');
});

it('the Bangle sleeps without a timer, feels no touch then, and wakes by a press that does nothing else', () =>
  passes(new URL('../../fob/person/scenarios/watch-sleeps.yaml', import.meta.url)));

it('no movement of the wrist unlocks a sleeping Bangle', async () => {
  const { driver } = await withTwo('Bangle.on("lock", (locked, why) => print(locked, why));');
  driver.fob.advance(200_000);
  for (const movement of ['twist', 'faceUp', 'tap', 'doubleTap'] as const) driver.fob.moveWrist(movement);
  expect(driver.fob.consoleText()).toBe('true js\n');
  driver.fob.press(0);
  expect(driver.fob.consoleText()).toBe('true js\nfalse button\n');
});

it('a touch of a dark Bangle is no key even where something else unlocked the watch', async () => {
  const { driver } = await withTwo('setTimeout(() => Bangle.setOptions({wakeOnTwist:1}), 1);');
  const [title] = await driver.screen();
  driver.fob.advance(200_000);
  driver.fob.moveWrist('twist');
  driver.fob.press(1);
  driver.fob.press(3);
  driver.fob.advance(1000);
  expect(driver.fob.screen()).toMatchObject({ on: false, text: [] });
  driver.fob.press(0);
  expect((await driver.screen())[0]).toBe(title);
});

it('the Bangle lights up after a reset that finds its display off', () => {
  const image = builtImage('banglejs2');
  const off = Buffer.from('Bangle.setLCDPower(0);Bangle.setLocked(1);');
  const fob = boot({ board: 'banglejs2', image: { ...image, '.boot1': new Uint8Array(off) } });
  expect(fob.screen().on).toBe(true);
  fob.press(1);
  expect(fob.screen().text).not.toEqual([]);
});

it('the Bangle lights up by itself at a question, and takes a hold of its button', async () => {
  const { driver, owner } = await withTwo();
  driver.fob.advance(200_000);
  await owner.setClock(1_800_000_000);
  expect((await owner.client.call('clock', {})).state).toBe(1);
  // Seconds continue from the set time.
  driver.fob.advance(10_000);
  expect((await owner.client.call('clock', {})).utc).toBeGreaterThanOrEqual(1_800_000_010);
});

it('the Bangle survives a hold of ten seconds, by which a fob that lost its keys is erased', async () => {
  const store = memoryStore();
  const driver = new BangleDriver({ storage: store });
  await new Owner(driver).pair();
  await driver.close();
  const image = Buffer.from(store.load() ?? []);
  store.write(image.indexOf(Buffer.from('keys\0\0\0\0')), new Uint8Array(Buffer.from('gone')));
  const lost = new BangleDriver({ storage: store });
  expect((await new Owner(lost).client.hello()).state).toBe('keys-lost');
  lost.fob.press(0, 10_500);
  expect((await new Owner(lost).client.hello()).state).toBe('blank');
  expect(lost.complaints()).toBe('');
});

it('the Bangle holds 32 accounts with keys of 64 bytes and names of full length', async () => {
  const driver = new BangleDriver();
  const owner = new Owner(driver);
  await owner.pair();
  const name = new Uint8Array(32).fill(65);
  const account = () => ({ algorithm: 3, issuer: name, label: name, secret: secret(random(64)) });
  for (let index = 0; index < 32; index++) await owner.put(account());
  expect((await owner.client.call('info', {})).accounts).toBe(32);
  await refused(owner.put(account()), 'full');
  expect(driver.complaints()).toBe('');
});

it('the Bangle is old or new after every power cut of an enrolment', async () => {
  const store: StateStore = memoryStore();
  const first = new BangleDriver({ storage: store });
  const model = new Owner(first);
  await model.pair();
  await first.close();
  for (let cut = 1; ; cut++) {
    const driver = new BangleDriver({ seed: cut, storage: copyOf(store) });
    const owner = ownerLike(model, driver);
    await owner.open();
    driver.fob.cutPowerAtOperation(cut);
    const worked = await owner.put({ secret: RFC4226_KEY }).then(
      () => true,
      error => {
        if (!isFobError(error, 'no-answer')) throw error;
        return false;
      },
    );
    const wasCut = !driver.fob.powered;
    driver.fob.powerOn();
    const later = ownerLike(model, driver);
    await later.open();
    const { accounts } = await later.client.call('info', {});
    expect([worked ? 1 : 0, 1], `cut ${cut}`).toContain(accounts);
    expect(driver.complaints()).toBe('');
    await driver.close();
    if (!wasCut) {
      expect(cut).toBeGreaterThan(4);
      return;
    }
  }
});

it('the loader of the Bangle shows a damaged image on the display and gives the console back', () => {
  const image = builtImage('banglejs2');
  const app = Buffer.from(image.app ?? []);
  app.writeUInt8(app.readUInt8(2000) ^ 1, 2000);
  const fob = boot({ board: 'banglejs2', image: { ...image, app: new Uint8Array(app) } });
  expect(fob.screen().text.join(' ')).toMatch(/Image damaged/);
  const said = heardFrom(fob.link);
  fob.link.write(new Uint8Array(Buffer.from('print(6*7)\n')));
  expect(said.text).toContain('42');
});

it('the loader of the Bangle leaves no console on any port of a sound image', () => {
  const fob = boot({ board: 'banglejs2' });
  for (const port of ['Bluetooth', 'Serial1'] as const) {
    const said = heardFrom(fob.serial(port));
    fob.serial(port).write(new Uint8Array(Buffer.from('\x03\x03\nprint(6*7)\n')));
    fob.advance(1000);
    // The image answers each packet, and nothing else.
    expect(said.text).toBe(port === 'Bluetooth' ? String.fromCharCode(PACKET_ANSWER) : '');
  }
});
