import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BoardName } from '@passfob/simulator/base/fob';
import {
  BENCH_FLASH_PAGE_BYTES,
  BENCH_FLASH_PAGES,
  EEPROM_BYTES,
  STATE_HEADER_BYTES,
} from '@passfob/simulator/base/limits';
import { makeRandomness, type Randomness } from '@passfob/simulator/base/randomness';
import { boot } from '@passfob/simulator/fob/boot';
import { memoryStore } from '@passfob/simulator/recording/state/stores';
import { expect, it } from 'vitest';
import { LONG, seedsOf } from '../../kit/counts.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { Interpreter } from '../../kit/interpreter.ts';
import { describeNeeds, needsEspruino } from '../../kit/tools.ts';
import { bytes, run } from './kit.ts';

const SEEDS = seedsOf(8, 100);

/** Turns a value into text in code of the image, alike on both. */
const SHOW = `function show(v) {
  if (v === undefined || v === null) return "" + v;
  if (typeof v === "object" && v.byteLength !== undefined) { var o = []; for (var i = 0; i < v.length; i++) o.push(v[i]); return "bytes " + o.join(); }
  if (Array.isArray(v)) return "array " + v.join();
  if (typeof v === "string") { var c = []; for (var j = 0; j < v.length; j++) c.push(v.charCodeAt(j)); return "text " + c.join(); }
  if (typeof v === "object") return JSON.stringify(v);
  return typeof v + " " + v;
}
function tell(n, f) { var r; try { r = show(f()) } catch (e) { r = "throws " + (e.message || e) } print("<<" + n + ":" + r + ">>"); }
`;

function told(output: string): string[] {
  const found: string[] = [];
  for (const [, index = '', text = ''] of output.matchAll(/<<(\d+):(.*?)>>/gs))
    found[Number(index)] = text.trimEnd();
  return found;
}

/** Expressions and what Espruino answers to each; behind the empty line, those that the bench alone has something for. */
const [EVERYWHERE = [], ON_BENCH = []] = readFileSync(new URL('answers.txt', import.meta.url), 'utf8')
  .split('\n\n')
  .map(part =>
    part
      .trimEnd()
      .split('\n')
      .map(line => line.split(' ⇒ ')),
  );

/** A program that answers the expressions. */
const asking = (pairs: readonly (readonly string[])[]): string =>
  `${SHOW}${pairs
    .map(([text = '']) => text.replace(/;\s*([^;]+)$/, '; return $1').replace(/^(?!.*return )/, 'return '))
    .map((text, index) => `tell(${index}, function () { ${text} });`)
    .join('\n')}`;

/** Returns a random program of drawing calls by seed, which reports the pixels every few calls. */
function drawing(chance: Randomness): string {
  const glyphs = Buffer.from(chance.bytes(700)).toString('base64');
  const widths = Buffer.from(Array.from({ length: 40 }, () => 1 + chance.below(6))).toString('base64');
  const wide = chance.below(2) === 0;
  const layout = chance.pick([
    '{vertical_byte:true,msb:false}',
    '{vertical_byte:true}',
    '{msb:true}',
    '{msb:false}',
    'undefined',
  ]);
  const side = () => chance.below(90) - 10;
  const text = () =>
    JSON.stringify(
      String.fromCharCode(
        ...Array.from({ length: 1 + chance.below(9) }, () =>
          chance.below(12) === 0 ? 10 : 48 + chance.below(40),
        ),
      ),
    );
  const calls: readonly (() => string)[] = [
    () => `g.fillRect(${side()},${side()},${side()},${side()})`,
    () => `g.clearRect(${side()},${side()},${side()},${side()})`,
    () => `g.fillRect({x:${side()},y:${side()},w:${chance.below(20)},h:${chance.below(20)}})`,
    () => `g.drawRect(${side()},${side()},${side()},${side()})`,
    () => `g.drawLine(${side()},${side()},${side()},${side()})`,
    () => `g.setPixel(${side()},${side()}${chance.below(2) ? ',0' : ''})`,
    () => `g.setColor(${chance.below(2)})`,
    () => `g.setBgColor(${chance.below(2)})`,
    () => `g.setFontAlign(${chance.below(3) - 1},${chance.below(3) - 1})`,
    () => `g.drawString(${text()},${side()},${side()},${chance.below(2) === 0})`,
    () => `g.drawString(${text()},${side()},${side()})`,
    () =>
      `g.setFontCustom(F,48,${wide ? 'W' : 1 + chance.below(6)},${(1 + chance.below(9)) | ((1 + chance.below(3)) << 8)})`,
    () =>
      'tell(n++, function () { return JSON.stringify(g.getModified(true) || 0) + g.getPixel(5, 5) + "," + g.stringWidth("0A\\n5") + "," + g.getFontHeight() })',
  ];
  const body = Array.from({ length: 120 }, (_, index) => {
    const call = chance.pick(calls as readonly [() => string, ...(() => string)[]])();
    return index % 10 === 9 ? `${call};tell(n++, function () { return E.CRC32(g.buffer) })` : call;
  });
  return `var g=Graphics.createArrayBuffer(72,64,1,${layout}),n=0,F=atob("${glyphs}"),W=atob("${widths}");g.setFontCustom(F,48,5,7);${body.join(';\n')};`;
}

/** Returns a random program by seed that writes, erases and compacts files. */
function filing(chance: Randomness): string {
  const name = () => chance.pick(['a', 'b', 'c', 'dd', 'e.js', '123456789012345678901234567890']);
  const size = () => chance.pick([1, 3, 4, 100, 1000, 4000, 9000, 30_000]);
  const calls: readonly (() => string)[] = [
    () => `s.write("${name()}", new Uint8Array(${size()}).fill(${chance.below(255)}))`,
    () => `s.write("${name()}", "some text")`,
    () => `s.write("${name()}", "part", 0, ${size() + 40})`,
    () => `s.write("${name()}", "more", ${chance.below(90)})`,
    () => `s.erase("${name()}")`,
    () => `s.list().join()`,
    () => `s.hash()`,
    () => `JSON.stringify(s.getStats()) + s.getFree()`,
    () => (chance.below(4) === 0 ? `s.compact()` : `s.read("${name()}", 2, 5)`),
  ];
  const body = Array.from({ length: 60 }, (_, index) => {
    const call = chance.pick(calls as readonly [() => string, ...(() => string)[]])();
    return `tell(${index}, function () { return ${call} })`;
  });
  return `var s=require("Storage");${body.join(';\n')};`;
}

const simulated = (source: string, board: BoardName = 'bench'): string => {
  const fob = run(source, { board });
  fob.close();
  return fob.consoleText();
};

describeNeeds(needsEspruino(), 'simulator against the real interpreter', espruino => {
  const interpreter = (folder = temporaryFolder('espruino')) => new Interpreter([espruino], folder);
  const real = (source: string) => interpreter().run(`${source}\nquit();`);

  it('Espruino answers calls as it did', async () => {
    const pairs = [...EVERYWHERE, ...ON_BENCH];
    const found = told(await real(asking(pairs)));
    expect(pairs.map(([text], index) => [text, found[index]])).toEqual(pairs);
  });

  it('simulator and Espruino deliver events in the same order', async () => {
    const program = `${SHOW}var n = 0, say = t => { tell(n++, () => t) };
      setTimeout(() => say("late"), 80); setTimeout(() => say("early"), 50);
      setTimeout(() => { var t = getTime() + 0.2; while (getTime() < t); say("stalled") }, 10);
      var ticks = 0, i = setInterval(() => { say("tick " + ticks); if (++ticks === 3) clearInterval(i); }, 60);
      var o = {}; o.on("x", v => say("emitted " + v)); o.on("x", v => { say("again " + v); throw new Error("inside") }); o.on("x", v => say("third " + v));
      o.emit("x", 1); setTimeout(() => { say("timer"); o.emit("x", 2); say("after emit"); setTimeout(() => say("nested"), 0); }, 500);
      new Promise((done, failed) => { global.keep = failed; done(5) }).then(v => { say("then " + v); return 6 }).then(v => say("then " + v));
      Promise.resolve(1).then(() => { throw "thrown" }).catch(e => say("caught " + e));
      setTimeout(() => { changeInterval(j, 20); say("changed") }, 700); var j = setInterval(() => { say("slow"); clearInterval(j) }, 100000);
      say("first");`;
    const expected = told(await interpreter().run(`${program}setTimeout(quit, 900);`));
    const fob = run(program, { board: 'bench' });
    fob.advance(900);
    fob.close();
    expect(told(fob.consoleText())).toEqual(expected);
    expect(expected.length).toBeGreaterThan(15);
  });

  it.each(SEEDS)('simulator and Espruino draw the same pixels, seed %i', LONG, async seed => {
    const program = SHOW + drawing(makeRandomness(seed, 'drawing'));
    const expected = told(await real(program));
    expect(expected.length).toBeGreaterThan(11);
    expect(told(simulated(program))).toEqual(expected);
  });

  it.each(SEEDS)('simulator and Espruino store the same bytes, seed %i', LONG, async seed => {
    const program = SHOW + filing(makeRandomness(seed, 'filing'));
    const flashBytes = BENCH_FLASH_PAGE_BYTES * BENCH_FLASH_PAGES;
    const folder = temporaryFolder('espruino');
    const source = `require("Storage").write(".bootcde",atob("${Buffer.from(program).toString('base64')}"));${program}\nquit();`;
    const output = await interpreter(folder).run(source);
    const expected = { told: told(output), flash: readFileSync(join(folder, 'espruino.flash')) };
    const storage = memoryStore();
    const fob = boot({ board: 'bench', image: { '.bootcde': bytes(program) }, storage });
    expect(told(fob.consoleText())).toEqual(expected.told);
    const at = STATE_HEADER_BYTES + EEPROM_BYTES;
    const flash = Buffer.from(storage.load()?.subarray(at, at + flashBytes) ?? []);
    // The real one's file ends at its last write.
    const length = expected.flash.length;
    expect(flash.subarray(0, length).equals(expected.flash)).toBe(true);
    expect(flash.subarray(length).every(byte => byte === 0xff)).toBe(true);
    expect(fob.violations).toEqual([]);
  });
});

it.each([
  ['bench', [...EVERYWHERE, ...ON_BENCH]],
  ['pico', EVERYWHERE],
] as const)('the simulator of the %s answers calls as Espruino does', (board, pairs) => {
  expect(pairs.length).toBeGreaterThan(90);
  const found = told(simulated(asking(pairs), board));
  expect(pairs.map(([text], index) => [text, found[index]])).toEqual(pairs);
});
