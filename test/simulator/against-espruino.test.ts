import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  BENCH_FLASH_PAGE_BYTES,
  BENCH_FLASH_PAGES,
  EEPROM_BYTES,
  STATE_HEADER_BYTES,
} from '@passfob/simulator/base/limits';
import { makeRandomness, type Randomness } from '@passfob/simulator/base/randomness';
import { boot } from '@passfob/simulator/boot';
import { memoryStore } from '@passfob/simulator/state/stores';
import { expect, it } from 'vitest';
import { LONG, seedsOf } from '../kit/counts.ts';
import { Interpreter } from '../kit/interpreter.ts';
import { describeNeeds, needsEspruino } from '../kit/tools.ts';
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
  for (const [, index = '', text = ''] of output.matchAll(/<<(\d+):(.*?)>>/gs)) found[Number(index)] = text;
  return found;
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'passfob-espruino-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const EXPRESSIONS = [
  // Text.
  ...[
    '',
    'Q',
    'QQ',
    'QQ==',
    'QUI',
    'QUJD=',
    'QUJD====',
    'QQ==QQ==',
    '$$$$',
    'QU!J',
    'Q Q =\\n=',
    '/+8A',
    '===',
    '====',
    'A=',
    'A==',
  ].map(text => `atob("${text}")`),
  'btoa([1,2,3,255])',
  'btoa(E.toArrayBuffer("ab"))',
  'btoa(5)',
  'String.fromCharCode(8364, -1, 65.9)',
  'String.fromCharCode.apply(null, new Uint8Array(257))',
  ...[
    '"abc ".indexOf(" x")',
    '"abcx".indexOf("xyz")',
    '"abc".indexOf("abcd")',
    '"a b".indexOf(" c")',
    '"".indexOf("a")',
  ],
  '"aab".indexOf("ab")',
  '"abcxab".indexOf("abc", 1)',
  '"abcxab".indexOf("ab", 1)',
  '"abcdx".indexOf("dxy", 4)',
  '"abab".indexOf("b", 2)',
  '" 12 34 ".indexOf(" 56 ")',
  '" 12 34 ".includes(" 56 ")',
  // Numbers.
  'String(0.1 + 0.2)',
  '(1 / 3).toString()',
  '[0.1 + 0.2, [1e21]].join()',
  'JSON.stringify({a: [1 / 3, 1 / 0]})',
  '(2 / 3).toFixed(2)',
  '(2 / 3).toFixed(30)',
  '(1e10).toString(16)',
  '(255.5).toString(2)',
  'String()',
  'String(undefined)',
  // Bytes.
  'new Uint8Array(undefined)',
  'new Int32Array()',
  'new Uint8Array("ab")',
  'new Uint8Array(null)',
  'new Uint8Array([1,2,3]).slice(1)',
  'var w = new DataView(new ArrayBuffer(8)); w.setUint32(0, 6442450944 / 4294967296); w.setUint32(4, 6442450944); w.buffer',
  '[1].concat([2, 3])',
  '("000000000" + 7).substr(-4)',
  'new Uint8Array([1,2,3]).filter(x => x > 1)',
  'new Uint8Array([1,2,3]).map(x => x * 200)',
  'new Uint8Array([1,2,3]).subarray(1)',
  'new Int8Array([200])[0]',
  'var u = new Uint8Array(4); u.set(E.toArrayBuffer("abc"), 1); u',
  'E.toUint8Array([1, [2, 3], "ab", {data: "xy", count: 2}, new Uint16Array([258])])',
  'E.toUint8Array("a", 1, [2])',
  'E.toUint8Array({callback: function () { return [7, 8] }})',
  'E.toString([65, 66], 67, "D", new Uint8Array([69]))',
  'E.toArrayBuffer("abc")',
  'E.toArrayBuffer([1])',
  'E.CRC32("123456789")',
  'E.CRC32([1, [2, 3], "ab", [7], "5"])',
  'E.CRC32()',
  'E.reverseByte(0x35)',
  'E.clip(9, 1, 5)',
  'E.sum([1, 2, 3.5])',
  // Crypto.
  ...['SHA1', 'SHA224', 'SHA256', 'SHA384', 'SHA512'].map(
    name => `require("crypto").${name}(["ab", [1, 2], new Uint8Array(200)])`,
  ),
  'require("crypto").SHA1("")',
  'require("crypto").SHA1(undefined)',
  'require("crypto").SHA1(5)',
  'require("crypto").SHA1(true)',
  'require("crypto").AES.encrypt(new Uint8Array(32), new Uint8Array(16))',
  'require("crypto").AES.encrypt(new Uint8Array(32), new Uint8Array(24), {iv: [1, 2, 3]})',
  'require("crypto").AES.decrypt(new Uint8Array(32), new Uint8Array(32), {iv: new Uint8Array(16).fill(9), mode: "CBC"})',
  'require("crypto").AES.encrypt(new Uint8Array(20), new Uint8Array(16), {mode: "ECB"})',
  'require("crypto").AES.decrypt(new Uint8Array(16), new Uint8Array(16), {mode: "ECB"})',
  'require("crypto").AES.encrypt(new Uint8Array(20), new Uint8Array(16), {mode: "CTR", iv: [1, 2, 3]})',
  'require("crypto").AES.encrypt(new Uint8Array(5), new Uint8Array(16), {mode: "CFB", iv: [1, 2, 3]})',
  'require("crypto").AES.encrypt(new Uint8Array(16), new Uint8Array(16), {mode: "OFB"})',
  'require("crypto").AES.encrypt(new Uint8Array(15), new Uint8Array(16))',
  'require("crypto").AES.encrypt(new Uint8Array(16), new Uint8Array(5))',
  'require("crypto").AES.encrypt(new Uint8Array(16), new Uint8Array(16), {mode: "X"})',
  'require("crypto").AES.encrypt(new Uint8Array(16), new Uint8Array(16), 5)',
  'require("crypto").AES.encrypt("", new Uint8Array(16))',
  'AES.ccmEncrypt("hello", new Uint8Array(16), new Uint8Array(13), 8).data',
  'AES.ccmEncrypt("hello", new Uint8Array(32), new Uint8Array(7), 16).tag',
  'AES.ccmEncrypt("", new Uint8Array(16), new Uint8Array(13), 8).tag',
  'AES.ccmEncrypt("hello", new Uint8Array(16), new Uint8Array(13), 7)',
  'AES.ccmEncrypt("hello", new Uint8Array(16), "1234567", 8)',
  'AES.ccmEncrypt("hello", new Uint8Array(16), new Uint8Array(2), 8)',
  'AES.ccmEncrypt("hello", new Uint8Array(16), new Uint8Array(14), 8)',
  'AES.ccmDecrypt("hello", new Uint8Array(16), new Uint8Array(13), new Uint8Array(8))',
  'var r = AES.ccmEncrypt("hello", new Uint8Array(16), new Uint8Array(13), 8); AES.ccmDecrypt(r.data, new Uint8Array(16), new Uint8Array(13), r.tag)',
  'require("crypto").PBKDF2("password", "salt", {keySize: 5, iterations: 2, hasher: "SHA1"})',
  'require("crypto").PBKDF2("password", "salt", {keySize: 16, iterations: 3, hasher: "SHA512"})',
  'require("crypto").PBKDF2("password", "salt")',
  'require("crypto").PBKDF2("a", "b", {hasher: "X"})',
  // Things that are there or not, and how they fail.
  'require("nope")',
  'require("fs").readFileSync("nowhere/at/all")',
  'require("fs").unlinkSync("nowhere/at/all")',
  'getSerial()',
  'typeof BTN1 + typeof Serial1 + typeof USB',
  'clearTimeout(undefined)',
  'changeInterval(9999, 1)',
  'setTimeout(5, 1)',
  'new TypeError("x") instanceof Error',
  'Math.clip(7, 1, 5) + Math.wrap(-1, 10)',
  'new Date(0).getTimezoneOffset() + new Date(86400000).getDate()',
  'new Date(2024, 1, 29, 12, 30, 15).toISOString()',
  'Object.create({a: 1}).a',
  'typeof {}.on + typeof [].emit + typeof "".trim + typeof Array.from + typeof Number.isInteger',
  'Graphics.createArrayBuffer(8, 9, 1, {vertical_byte: true})',
  'Graphics.createArrayBuffer(0, 9, 1)',
].map(text => text.replace(/;\s*([^;]+)$/, '; return $1').replace(/^(?!.*return )/, 'return '));

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

describeNeeds(needsEspruino(), 'simulator against the real interpreter', espruino => {
  const real = (source: string) =>
    inFolder(folder => new Interpreter([espruino], folder).run(`${source}\nquit();`));
  const simulated = (source: string): string => {
    const fob = run(source, { board: 'bench' });
    fob.close();
    return fob.consoleText();
  };

  it('simulator and Espruino answer calls alike', async () => {
    const program = `${SHOW}${EXPRESSIONS.map((text, index) => `tell(${index}, function () { ${text} });`).join('\n')}`;
    const expected = told(await real(program));
    expect(expected).toHaveLength(EXPRESSIONS.length);
    const got = told(simulated(program));
    const pairs = (results: string[]) => EXPRESSIONS.map((text, index) => `${text} -> ${results[index]}`);
    expect(pairs(got)).toEqual(pairs(expected));
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
    const expected = told(
      await inFolder(folder => new Interpreter([espruino], folder).run(`${program}setTimeout(quit, 900);`)),
    );
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
    const expected = await inFolder(async folder => {
      const source = `require("Storage").write(".bootcde",atob("${Buffer.from(program).toString('base64')}"));${program}\nquit();`;
      const output = await new Interpreter([espruino], folder).run(source);
      return { told: told(output), flash: readFileSync(join(folder, 'espruino.flash')) };
    });
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

it('the comparison with Espruino has expressions', () => {
  expect(new Set(EXPRESSIONS).size).toBe(EXPRESSIONS.length);
});
