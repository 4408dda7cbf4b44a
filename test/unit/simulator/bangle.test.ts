import { fileURLToPath } from 'node:url';
import type { BootOptions, SimulatedFob } from '@passfob/simulator/base/fob';
import { EEPROM_BYTES, STATE_HEADER_BYTES } from '@passfob/simulator/base/limits';
import { memoryStore } from '@passfob/simulator/recording/state/stores';
import { buildSync } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { lines, printed, run } from './kit.ts';
import { prints } from './prints.ts';

const BANGLE = { board: 'banglejs2' } as const;
const START_UTC = 1_800_000_000;
/** Image text that leaves display, lock and loading to the image. */
const CALM = 'Bangle.setOptions({lockTimeout:1e6, lcdPowerTimeout:0, backlightTimeout:0, btnLoadTimeout:0});';

function bangle(source: string, options: Partial<BootOptions> = {}): SimulatedFob {
  return run(source, { ...BANGLE, ...options });
}

/** Returns the output of an image that has one of the firmware's classes as `Part`, and all of its file as `parts`. */
function withPart(file: string, name: string, source: string): SimulatedFob {
  const code = buildSync({
    stdin: {
      contents: `import * as parts from './${file}'; global.Part = parts.${name}; global.parts = parts;`,
      resolveDir: fileURLToPath(new URL('../../../firmware/boards/', import.meta.url)),
    },
    bundle: true,
    conditions: ['source'],
    write: false,
    format: 'cjs',
    platform: 'neutral',
    external: ['Storage', 'crypto'],
    target: 'es2017',
  }).outputFiles[0]?.text;
  return bangle(`${code}\n${source}`);
}

it("the Bangle's interpreter has native CCM and no other mode of AES, all hashes, and no PBKDF2", () =>
  expect(
    printed(
      'var c = require("crypto"); print(typeof AES.ccmEncrypt, typeof AES.encrypt, typeof c.AES, typeof c.PBKDF2, typeof c.SHA512, typeof USB)',
      BANGLE,
    ),
  ).toEqual(['function undefined undefined undefined function undefined']));

it("the Bangle's interpreter tells its battery and a serial number of 64 bits", () =>
  expect(printed('print(E.getBattery(), /^\\w{8}-\\w{8}$/.test(getSerial()))', BANGLE)).toEqual(['87 true']));

it("the Bangle's clock begins at 1970, keeps its time through a reset, and loses it with the power", () => {
  const fob = bangle(
    `print(Math.floor(getTime())); if (getTime() < 1000) { setTime(${START_UTC}); setTimeout(() => E.reboot(), 5000); }`,
  );
  fob.advance(5100);
  expect(lines(fob)).toEqual(['0', String(START_UTC + 5)]);
  fob.cutPower();
  fob.advance(1000);
  fob.powerOn();
  expect(lines(fob)).toEqual(['0', String(START_UTC + 5), '0']);
});

it('the Bangle has a crystal that drifts', () => {
  const fob = bangle(`${CALM}setTime(${START_UTC}); setWatch(() => print(getTime().toFixed(3)), BTN1)`, {
    driftPpm: 20,
  });
  fob.advance(1_000_000);
  fob.press();
  expect(Number(lines(fob)[0]) - START_UTC - 1000).toBeCloseTo(0.02, 1);
});

it('the Bangle shows its menu instead of erasing an unsound Storage', () => {
  const storage = memoryStore();
  bangle('print("ran")', { storage }).close();
  const at = STATE_HEADER_BYTES + EEPROM_BYTES;
  storage.write(at, new Uint8Array(4));
  const kept = storage.load()?.slice(at);
  const fob = bangle('', { storage });
  expect(lines(fob)).toEqual(['Storage is corrupt.']);
  expect(storage.load()?.slice(at)).toEqual(kept);
});

it("the Bangle's display shows eight colours, at once or when idle, and refuses those it would dither", () => {
  const fob = bangle(
    'g.setColor(0xf800).fillRect(0, 0, 9, 9).setColor(0x07ff).fillRect(10, 0, 10, 0); try { g.setColor(0x1234).fillRect(20, 20, 21, 21).flip() } catch (e) { print(e.message); g.clear(); g.setColor(0xf800).fillRect(0, 0, 9, 9).setColor(0x07ff).fillRect(10, 0, 10, 0) }',
  );
  const { colours, pixels, width, height } = fob.screen().bitmap;
  expect(lines(fob)).toEqual(['colour 0x1234 would be dithered: not simulated']);
  expect([width, height, colours?.[0], colours?.[10], colours?.[11]]).toEqual([176, 176, 1, 6, 0]);
  expect([pixels[0], pixels[10], pixels[11]]).toEqual([1, 1, 0]);
});

it("the Bangle's display has its own light", () => {
  const fob = bangle('Bangle.setLCDBrightness(0.25); print(Bangle.isLCDOn())');
  expect(fob.screen().brightness).toBe(0.25);
  fob.advance(10_001);
  expect(fob.screen()).toMatchObject({ brightness: 0, on: true });
  fob.advance(20_000);
  expect(fob.screen().on).toBe(false);
});

const TELL =
  'setWatch(e => print(e.state), BTN1, {repeat:true, edge:"both"}); Bangle.on("touch", (b, xy) => print("touch", b, xy.x, xy.y)); Bangle.on("swipe", (x, y) => print("swipe", x, y)); Bangle.on("lock", (l, why) => print("lock", l, why));';

prints("the Bangle's button and touch", BANGLE)`
  the Bangle locks after half a minute, feels nothing then, and wakes by a press that reaches no image:
    ${TELL}
    @ press 1
    > touch 2 88 132
    @ advance 30001
    > lock true lcd
    @ press 1
    @ press 0
    > lock false button
    @ press 0; advance 200
    @ press 0; press 3
    > true
    > false
    > swipe 1 0

  the Bangle stays awake where its times are removed:
    ${CALM}${TELL}
    @ advance 200000; press 2; press 0 3000
    > touch 2 88 44
    > true
    > false
    ? screen on
    ? brightness 1

  the Bangle loads again when its button is held:
    print("boot")
    > boot
    @ press 0 1600
    > boot

  the Bangle resets when its button is held for longer than the watchdog waits:
    ${CALM}print("boot")
    > boot
    @ press 0 5100
    > boot

  the Bangle does not reset when the watchdog is served:
    ${CALM}print("boot"); setInterval(() => E.kickWatchdog(), 2000)
    > boot
    @ press 0 12000

  the Bangle is deaf to its button where it does not wake by that:
    ${TELL}Bangle.setOptions({wakeOnBTN1:false});Bangle.setLocked(1);
    > lock true js
    @ press

  the Bangle refuses options that Espruino does not know:
    try { Bangle.setOptions({lockTime:0}) } catch (e) { print(e.message) }
    > Unknown option "lockTime"
`;

it('a twist of the wrist unlocks a locked Bangle and lights it only where a time switches the display off', () => {
  const usual = bangle(TELL);
  usual.advance(30_001);
  usual.moveWrist('faceUp');
  usual.moveWrist('twist');
  expect(lines(usual)).toEqual(['lock true lcd', 'lock false twist']);
  expect(usual.screen().on).toBe(true);
  const calm = bangle(`${CALM}${TELL}Bangle.setLCDPower(0);Bangle.setLocked(1);`);
  calm.moveWrist('twist');
  calm.press(1);
  expect(lines(calm)).toEqual(['lock true js', 'lock false twist', 'touch 2 88 132']);
  expect(calm.screen().on).toBe(false);
});

it('each movement and the button wake the Bangle by their own option', () => {
  const movements = [
    ['twist', 'wakeOnTwist'],
    ['faceUp', 'wakeOnFaceUp'],
    ['tap', 'wakeOnTouch'],
    ['doubleTap', 'wakeOnDoubleTap'],
  ] as const;
  for (const [movement, option] of movements) {
    for (const on of [true, false]) {
      const fob = bangle(`${CALM}${TELL}Bangle.setOptions({${option}:${on}});Bangle.setLocked(1);`);
      fob.moveWrist(movement);
      expect(lines(fob)).toEqual(['lock true js', ...(on ? [`lock false ${movement}`] : [])]);
    }
  }
});

it('a board that nobody wears has no wrist', () =>
  expect(() => run('').moveWrist('twist')).toThrow('nobody wears this board'));

describe('the Bluetooth keyboard', () => {
  const TELL =
    'parts.offerHid(); var k = new Part(); setWatch(() => print(k.ready, k.report(4), k.report(0)), BTN1, {repeat:true});Bangle.setOptions({lockTimeout:0,lcdPowerTimeout:0,backlightTimeout:0});';

  it('the Bluetooth keyboard is offered from the start, and types to a bonded computer', () => {
    const fob = withPart('banglejs2/reports.ts', 'BleKeyboard', TELL);
    const { bluetooth } = fob;
    if (!bluetooth) throw new Error('no Bluetooth');
    expect(bluetooth.offered).toBe(true);
    bluetooth.connect(false);
    fob.press();
    bluetooth.disconnect();
    bluetooth.connect(true);
    fob.press();
    fob.advance(50);
    fob.press();
    fob.advance(50);
    // The second report of each press comes too early and is to be requested again.
    expect(lines(fob)).toEqual(['false true false', 'true true false', 'true true false']);
    expect(bluetooth.reports.slice(-2).map(report => [...report])).toEqual([
      [0, 0, 4, 0, 0, 0, 0, 0],
      [0, 0, 4, 0, 0, 0, 0, 0],
    ]);
  });

  it('the Bluetooth keyboard continues after a connection that was lost during a report', () => {
    const fob = withPart('banglejs2/reports.ts', 'BleKeyboard', TELL);
    fob.bluetooth?.connect(true);
    fob.keyDown();
    fob.advance(40);
    fob.bluetooth?.disconnect();
    fob.keyUp();
    fob.advance(1000);
    fob.bluetooth?.connect(true);
    fob.press();
    expect(lines(fob)).toEqual(['true true false', 'true true false']);
    fob.advance(100);
    expect(fob.bluetooth?.reports).toHaveLength(1);
  });

  it.each([
    ['NRF.sendHIDReport([1])', 'BLE HID not enabled'],
    ['NRF.setServices(undefined,{hid:[1]});NRF.sendHIDReport([1])', 'Not connected'],
    ['NRF.setServices(undefined,{hid:1})', "'hid' must be undefined, or an array"],
    ['NRF.setServices(undefined,{hidden:1})', 'Unknown option "hidden"'],
  ])('the Bluetooth keyboard is refused as by Espruino: %s', (source, message) =>
    expect(printed(`try { ${source} } catch (e) { print(e.message) }`, BANGLE)).toEqual([message]),
  );
});

describe('frames over Bluetooth HID', () => {
  const TELL =
    'parts.offerHid(); Part((text, link) => { print(JSON.stringify(text)); if (text.endsWith("\\n")) link.send(text.repeat(3)); });Bangle.setOptions({lockTimeout:0,lcdPowerTimeout:0,backlightTimeout:0});';
  const typed = (fob: SimulatedFob, text: string) => {
    for (const char of text) fob.frames.write(Uint8Array.of(char.charCodeAt(0)));
    fob.advance(500);
  };

  it('characters reach the image in packets of 16, each answered, and answers leave in values of 16 bytes', () => {
    const fob = withPart('banglejs2/reports.ts', 'listenToReports', TELL);
    const values: string[] = [];
    fob.bluetooth?.onReport(value => values.push(Buffer.from(value).toString('latin1')));
    fob.bluetooth?.connect(true);
    typed(fob, '~0123456789abcdef\n');
    expect(lines(fob)).toEqual(['"~0123456789abcde"', '"f\\n"']);
    expect(values.map(value => value.length)).toEqual([16, 16]);
    expect(values.map(value => value.slice(2, 2 + value.charCodeAt(1))).join('')).toBe(
      `\x06\x06${'f\n'.repeat(3)}`,
    );
    expect(values.every(value => value.startsWith('\x02'))).toBe(true);
    // Frames are no keys.
    expect(fob.bluetooth?.reports).toEqual([]);
  });

  it('after a lost character the next frame begins in a packet of its own', () => {
    const fob = withPart('banglejs2/reports.ts', 'listenToReports', TELL);
    fob.bluetooth?.connect(true);
    typed(fob, '~lost\n~0123456789abcd\n');
    expect(lines(fob)).toEqual(['"~lost\\n"', '"~0123456789abcd\\n"']);
  });

  it('a computer without a bond, and values of more than one byte, reach no image', () => {
    const fob = withPart('banglejs2/reports.ts', 'listenToReports', TELL);
    typed(fob, '~gone\n');
    fob.bluetooth?.connect(false);
    typed(fob, '~open\n');
    fob.bluetooth?.disconnect();
    fob.bluetooth?.connect(true);
    fob.frames.write(Uint8Array.of(0, 10));
    fob.advance(500);
    expect(lines(fob)).toEqual([]);
  });

  it('an answer to a computer that has gone is dropped, and the next one is complete', () => {
    const fob = withPart('banglejs2/reports.ts', 'listenToReports', TELL);
    const texts: string[] = [];
    fob.frames.onData(report => texts.push(Buffer.from(report.subarray(1, 1 + (report[0] ?? 0))).toString()));
    fob.bluetooth?.connect(true);
    for (const char of '~first frame\n') fob.frames.write(Uint8Array.of(char.charCodeAt(0)));
    fob.bluetooth?.disconnect();
    fob.advance(5000);
    texts.length = 0;
    fob.bluetooth?.connect(true);
    typed(fob, '~next\n');
    expect(texts.join('')).toBe(`\x06${'~next\n'.repeat(3)}`);
  });
});

it('native CCM opens its own sealed data and nothing else, and decrypts its own encryption', () => {
  const fob = withPart(
    'parts/ccm.ts',
    'CcmPrimitives',
    'var p = new Part(), k = new Uint8Array(16).fill(3), n = new Uint8Array(13).fill(5), v = new Uint8Array(16).fill(7), m = new Uint8Array(32).fill(9), s = p.seal(k, n, m);' +
      'print(s.length, p.open(k, n, s).join() === m.join(), p.open(k, n, s.subarray(0, 39)), p.open(k, n, m.subarray(0, 7)));' +
      'var e = p.encrypt(k, v, m); print(e.length, e.join() !== m.join(), p.decrypt(k, v, e).join() === m.join());' +
      'v[12] ^= 1; print(p.decrypt(k, v, e).join() === m.join())',
  );
  expect(lines(fob)).toEqual([
    'ERROR: Authenticated decryption failed',
    '40 true undefined undefined',
    '32 true true',
    'false',
  ]);
});
