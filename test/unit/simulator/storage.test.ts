import { expect, it } from 'vitest';
import { bytes, printed, QUIET, run } from './kit.ts';
import { prints } from './prints.ts';

const S = 'var s = require("Storage");';
const tried = (call: string) => `try { print(${call}) } catch (e) { print(e.message) }`;

prints('Storage')`
  Storage writes, reads, lists and erases:
    ${S}print(s.write("a", "Hello"), s.read("a"), s.read("a", 1, 3), s.read("a", 9), s.read("b"));
    s.write("b", [1, 2]); s.write("c", new Uint8Array([3])); s.write("d", { x: 1 });
    print(s.list().join(), s.list(/^[ab]$/).join(), s.list(undefined, { sf: true }).length);
    s.erase("a"); print(s.read("a"), s.list().join(), s.readJSON("d").x, s.readArrayBuffer("b")[1]);
    > true Hello ell  undefined
    > .bootcde,a,b,c,d a,b 0
    > undefined .bootcde,b,c,d 1 2

  Storage fills in a file that was made larger, where it is still erased:
    ${S}s.write("a", "Hello", 0, 14); print(s.read("a").replace(/\\xff/g, "#"));
    s.write("a", " ", 5); s.write("a", "World!!!", 6); print(s.read("a"));
    ${tried('s.write("a", " ", 5)')} ${tried('s.write("a", "x", 14)')} s.write("a", "x"); print(s.read("a"));
    > Hello#########
    > Hello World!!!
    > File already written with different data
    > Too much data for file size
    > x

  Storage refuses the same calls as Espruino:
    ${S}${tried('s.write("a", "")')}${tried('s.write("a", new Uint8Array(60000))')}
    ${tried('s.write("nope", "x", 3)')}print(s.write("a", "x", -1));
    > Can't create zero length file
    > Unable to find or create file
    > Unable to find or create file
    > false

  Storage cuts names after 28 characters:
    ${S}s.write("123456789012345678901234567890", "x"); print(s.read("1234567890123456789012345678"));
    > x

  boot files end where E.reboot is called:
    ${S}if (s.read("done") === undefined) { s.write("done", "x"); print("before"); try { E.reboot() } catch (e) {} print("never") } else print("again")
    > before
    > again
`;

it.each([
  ['s.write("a", "one")', 2],
  ['s.write("a", "one"); s.write("a", "one")', 2],
  ['s.write("a", "one"); s.write("a", "two")', 5],
  ['s.write("a", "one"); s.erase("a"); s.erase("a")', 3],
])('Storage does nothing for the same content, and three operations for other content: %s', (calls, count) =>
  expect(run(`${QUIET}${S}${calls};`).operations).toBe(count),
);

it('Storage counts free, used and trash bytes', () => {
  const source = `${S}s.write("a", "12345"); s.write("a", "1234"); var t = s.getStats(); print(t.totalBytes, t.fileBytes + t.trashBytes + t.freeBytes === t.totalBytes, t.fileCount, t.trashCount, t.trashBytes, s.getFree() === t.freeBytes)`;
  expect(printed(source)).toEqual(['49152 true 2 1 40 true']);
});

it('Storage compacts by itself when a file does not fit, and reports it', () => {
  const source = `${S}for (var i = 0; i < 4; i++) s.write("big", new Uint8Array(15000).fill(i + 1));
      print(s.read("big").charCodeAt(14999), s.getStats().trashCount)`;
  const out = printed(source);
  expect(out[0]).toBe('Compacting... ');
  expect(out.at(-1)).toMatch(/4 [01]$/);
});

it('require finds a module in Storage by its name', () => {
  const files = { 'screen.js': bytes('exports.n = 5; loads = globalThis.loads ? loads + 1 : 1;') };
  const source =
    'require("screen.js"); print(require("screen.js").n, loads); Modules.removeCached("screen.js"); require("screen.js"); print(loads); try { require("no") } catch (e) { print(e.message) }';
  expect(printed(source, { files })).toEqual(['5 1', '2', 'Module "no" not found']);
});

it('Storage refuses an image that does not fit', () => {
  const image = { '.bootcde': new Uint8Array(60_000).fill(32) };
  expect(() => run('', { image })).toThrow('do not fit into the 49152 bytes of Storage');
});

const all = (...names: string[]) => Object.fromEntries(names.map(name => [name, bytes(`print("${name}");`)]));
const once = (call: string) => ({
  '.boot0': bytes('print("boot0");'),
  '.bootcde': bytes(
    `print("cde"); ${S}if (s.read("done") === undefined) { s.write("done", "x"); ${call}() }`,
  ),
});

it.each([
  [
    'run in order',
    all('.bootcde', '.boot3', '.boot1', '.boot0', '.bootPowerOn'),
    ['.bootPowerOn', '.boot0', '.boot1', '.boot3', '.bootcde'],
  ],
  ['have .bootrst in the place of .bootcde', all('.boot0', '.bootcde', '.bootrst'), ['.boot0', '.bootrst']],
  ['run again after load', once('load'), ['boot0', 'cde', 'boot0', 'cde']],
  ['run without .bootcde after reset', once('reset'), ['boot0', 'cde', 'boot0']],
  ['run again after E.reboot', once('E.reboot'), ['boot0', 'cde', 'boot0', 'cde']],
])('boot files %s', (_, image, expected) => expect(printed('', { image })).toEqual(expected));
