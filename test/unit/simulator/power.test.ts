import { memoryStore } from '@passfob/simulator/recording/state/stores';
import { expect, it } from 'vitest';
import { bytes, I2C, lines, listen, QUIET, run } from './kit.ts';
import { prints } from './prints.ts';

const WAIT = 'var t = getTime() + 0.0101; while (getTime() < t);';

it('the power goes in exactly the requested operation, and nothing happens after it', () => {
  const fob = run(`${QUIET}${I2C}USB.on("data", () => {
      for (var i = 1; i < 6; i++) { USB.write("" + i); try { I2C1.writeTo(0x57, 0, i * 32, i) } catch (e) { USB.write("caught") } ${WAIT} }
      USB.write("done"); });`);
  const out = listen(fob, 'USB');
  fob.cutPowerAtOperation(3);
  fob.link.write(bytes('go'));
  expect(out.text()).toBe('123');
  expect(fob.powered).toBe(false);
  expect(fob.operations).toBe(3);
  fob.powerOn();
  expect(fob.powered).toBe(true);
  expect(() => fob.cutPowerAtOperation(0)).toThrow('from 1');
});

it('power cuts count operations over boots and over processes', () => {
  const storage = memoryStore();
  const source = `${QUIET}require("Storage").write("n", "" + Math.random());`;
  const first = run(source, { storage });
  first.cutPower();
  first.powerOn();
  expect(first.operations).toBe(5);
  first.close();
  const second = run('', { storage });
  expect(second.operations).toBe(8);
});

it('each write and erasure of a page is counted as wear where it was', () => {
  const fob = run(
    `${QUIET}${I2C}I2C1.writeTo(0x57, 0, 64, 1); ${WAIT} I2C1.writeTo(0x57, 0, 65, 1); var s = require("Storage"); s.write("a", "x"); s.erase("a"); s.compact();`,
  );
  const { eepromWrites, flashErases, flashWrites } = fob.wear();
  expect(eepromWrites.slice(0, 4)).toEqual([0, 0, 2, 0]);
  expect(eepromWrites).toHaveLength(128);
  // Header, data, mark; then the one page with data to keep.
  expect(flashErases).toEqual([1, 0, 0]);
  expect(flashWrites).toBe(4);
});

it('the crystal drifts on request, while no process runs, too', () => {
  const storage = memoryStore();
  const DAY_MS = 86_400_000;
  const startMs = Date.UTC(2026, 0, 1);
  const source = `${QUIET}${I2C}
      I2C1.writeTo(0x68, 0); var r = I2C1.readFrom(0x68, 16); print(r[2].toString(16), r[1].toString(16), r[0].toString(16));
      if (r[15] & 128) { I2C1.writeTo(0x68, 0, [0, 0, 0, 1, 1, 1, 0x26]); I2C1.writeTo(0x68, 15, 0); }`;
  run(source, { storage, startMs, driftPpm: 10 }).close();
  // 10 ppm of 100 days are 86.4 s.
  const later = run(source, { storage, startMs: startMs + 100 * DAY_MS, driftPpm: 10 });
  expect(lines(later)).toEqual(['0 1 26']);
});

it('without power the display is dark and its text gone', () => {
  const fob = run(SCREEN);
  expect(fob.screen()).toMatchObject({ on: true, text: ['Hello'] });
  let told = 0;
  fob.onScreen(() => told++);
  fob.cutPower();
  expect(fob.screen()).toMatchObject({ on: false, text: [] });
  expect(told).toBe(1);
});

/** A font of full blocks 4 wide and 6 high. */
const SCREEN = `${QUIET}${I2C}
  I2C1.writeTo(0x3c, 0, [0x20, 0, 0xa1, 0xc8, 0x8d, 0x14, 0xaf]);
  var g = Graphics.createArrayBuffer(128, 64, 1, { vertical_byte: true, msb: false });
  var block = ""; for (var i = 0; i < 300; i++) block += "\\xff";
  g.setFontCustom(block, 32, 4, 6);
  function show() { I2C1.writeTo(0x3c, 0, [0x21, 0, 127, 0x22, 0, 7]); for (var p = 0; p < 1024; p += 128) I2C1.writeTo(0x3c, 0x40, new Uint8Array(g.buffer, p, 128)); }
  g.drawString("Hello", 10, 8); show();`;

it('the screen has text and pixels once they are sent', () => {
  const fob = run(`${SCREEN} g.drawString("unsent", 0, 40);`);
  const { text, bitmap } = fob.screen();
  expect(text).toEqual(['Hello']);
  const lit = [...bitmap.pixels].reduce((sum, pixel) => sum + pixel, 0);
  expect(lit).toBe(5 * 4 * 6);
  expect(bitmap.pixels[8 * 128 + 10]).toBe(1);
  expect(bitmap.pixels[7 * 128 + 10]).toBe(0);
});

it('the screen has its strings from top to bottom, then from left to right, without those painted over', () => {
  const fob = run(`${SCREEN}
      g.clear(); g.drawString("right", 60, 0); g.drawString("below", 0, 20); g.drawString("left", 0, 0); g.drawString("old", 0, 40);
      g.clearRect(0, 40, 127, 47); g.drawString("new", 0, 40); g.drawString("  ", 0, 50); show();`);
  expect(fob.screen().text).toEqual(['left', 'right', 'below', 'new']);
});

it('the screen tells a listener after a change', () => {
  const fob = run(`${SCREEN} setTimeout(() => { g.clear().drawString("next", 0, 0); show(); }, 100);`);
  const seen: string[] = [];
  const stop = fob.onScreen(() => seen.push(fob.screen().text.join()));
  fob.advance(200);
  expect(seen).toEqual(['next']);
  stop();
});

it('the screen of the bench is its drawing', () => {
  const source =
    'var g = Graphics.createArrayBuffer(64, 32, 1); g.setFontCustom("    ", 32, 1, 1).drawString("bench", 0, 0);';
  expect(run('', { board: 'bench' }).screen()).toMatchObject({ on: false, text: [] });
  expect(run(source, { board: 'bench' }).screen()).toMatchObject({ on: true, text: ['bench'] });
});

prints('power')`
  a power loss clears RAM and keeps the memories:
    ${QUIET}${I2C}if (typeof counted === "undefined") counted = 0; var s = require("Storage"), n = +(s.read("n") || 0);
    I2C1.writeTo(0x57, 0, 0); var e = I2C1.readFrom(0x57, 1)[0]; print(counted++, n, e);
    s.write("n", "" + (n + 1)); I2C1.writeTo(0x57, 0, 0, (e + 1) & 255);
    > 0 0 255
    @ advance 10; cut
    ? powered false
    @ on
    > 0 1 0
    @ advance 10; cut; on
    > 0 2 1
    @ on

  the power can go during the boot:
    ${QUIET}var s = require("Storage"); s.write("x" + s.list().length, "12345678");
    @ cut; cutAt 2; on
    ? powered false
    @ on
    ? powered true

  without power the clock runs on from its battery, and loses the time with the battery:
    ${QUIET}${I2C}I2C1.writeTo(0x68, 0); var r = I2C1.readFrom(0x68, 16); print(r[1].toString(16), r[6].toString(16), r[15] & 128);
    if (r[15] & 128) { I2C1.writeTo(0x68, 0, [0, 0, 0x12, 1, 1, 1, 0x26]); I2C1.writeTo(0x68, 15, 0); }
    > 0 0 128
    @ cut; advance 300000; on
    > 5 26 0
    @ die; advance 60000; cut; on
    > 0 0 128
    @ cut; die; on
    > 0 0 128

  a watchdog that is not kicked resets the board:
    ${QUIET}print("boot"); E.enableWatchdog(2, false); var i = setInterval(() => E.kickWatchdog(), 1000); setTimeout(() => clearInterval(i), 3500);
    > boot
    @ advance 4900
    @ advance 200
    > boot

  the screen refuses fonts that are not simulated:
    var g = Graphics.createArrayBuffer(8, 8, 1); try { g.drawString("x", 0, 0) } catch (e) { print(e.message) }
    try { g.setFont("Vector", 20) } catch (e) { print(e.message) }
    > only custom fonts are simulated: call setFontCustom first
    > Graphics.setFont is not simulated
`;
