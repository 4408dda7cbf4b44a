import { describe, expect, it } from 'vitest';
import { printed, QUIET, run } from './kit.ts';

const S = 'var s = require("Storage");';
const tried = (call: string) => `try { print(${call}) } catch (e) { print(e.message) }`;

describe('Storage', () => {
  it('Storage writes, reads, lists and erases', () => {
    const source = `${S}print(s.write("a", "Hello"), s.read("a"), s.read("a", 1, 3), s.read("a", 9), s.read("b"));
      s.write("b", [1, 2]); s.write("c", new Uint8Array([3])); s.write("d", { x: 1 });
      print(s.list().join(), s.list(/^[ab]$/).join(), s.list(undefined, { sf: true }).length);
      s.erase("a"); print(s.read("a"), s.list().join(), s.readJSON("d").x, s.readArrayBuffer("b")[1]);`;
    expect(printed(source)).toEqual([
      'true Hello ell  undefined',
      '.bootcde,a,b,c,d a,b 0',
      'undefined .bootcde,b,c,d 1 2',
    ]);
  });

  it('Storage fills in a file that was made larger, where it is still erased', () => {
    const source = `${S}s.write("a", "Hello", 0, 14); print(escape2(s.read("a")));
      s.write("a", " ", 5); s.write("a", "World!!!", 6); print(s.read("a"));
      ${tried('s.write("a", " ", 5)')} ${tried('s.write("a", "x", 14)')}
      s.write("a", "x"); print(s.read("a"));
      function escape2(t) { return t.replace(/\\xff/g, "#"); }`;
    // The function is hoisted here and would not be on the board: a test may use features that an image may not.
    expect(printed(source)).toEqual([
      'Hello#########',
      'Hello World!!!',
      'File already written with different data',
      'Too much data for file size',
      'x',
    ]);
  });

  it('Storage refuses the same calls as Espruino', () => {
    const source = `${S}${tried('s.write("a", "")')}${tried('s.write("a", new Uint8Array(60000))')}${tried('s.write("nope", "x", 3)')}print(s.write("a", "x", -1));`;
    expect(printed(source)).toEqual([
      "Can't create zero length file",
      'Unable to find or create file',
      'Unable to find or create file',
      'false',
    ]);
  });

  it('Storage cuts names after 28 characters', () => {
    const source = `${S}s.write("123456789012345678901234567890", "x"); print(s.read("1234567890123456789012345678"));`;
    expect(printed(source)).toEqual(['x']);
  });

  it('Storage does nothing for the same content, and three operations for other content', () => {
    const fob = run(`${QUIET}${S}s.write("a", "one");`);
    expect(fob.operations).toBe(2);
    const again = run(`${QUIET}${S}s.write("a", "one"); s.write("a", "one");`);
    expect(again.operations).toBe(2);
    const other = run(`${QUIET}${S}s.write("a", "one"); s.write("a", "two");`);
    expect(other.operations).toBe(5);
    const erased = run(`${QUIET}${S}s.write("a", "one"); s.erase("a"); s.erase("a");`);
    expect(erased.operations).toBe(3);
  });

  it('Storage counts free, used and trash bytes', () => {
    const image = {
      '.bootcde': new Uint8Array(
        Buffer.from(
          `${S}s.write("a", "12345"); s.write("a", "1234"); var t = s.getStats(); print(t.totalBytes, t.fileBytes + t.trashBytes + t.freeBytes === t.totalBytes, t.fileCount, t.trashCount, t.trashBytes, s.getFree() === t.freeBytes)`,
        ),
      ),
    };
    expect(printed('', { image })).toEqual(['49152 true 2 1 40 true']);
  });

  it('Storage compacts by itself when a file does not fit, and reports it', () => {
    const source = `${S}for (var i = 0; i < 4; i++) s.write("big", new Uint8Array(15000).fill(i + 1));
      print(s.read("big").charCodeAt(14999), s.getStats().trashCount)`;
    const out = printed(source);
    expect(out[0]).toBe('Compacting... ');
    expect(out.at(-1)?.endsWith('4 0') || out.at(-1)?.endsWith('4 1')).toBe(true);
  });

  it('require finds a module in Storage by its name', () => {
    const files = {
      'screen.js': new Uint8Array(Buffer.from('exports.n = 5; loads = globalThis.loads ? loads + 1 : 1;')),
    };
    const source =
      'require("screen.js"); print(require("screen.js").n, loads); Modules.removeCached("screen.js"); require("screen.js"); print(loads); try { require("no") } catch (e) { print(e.message) }';
    expect(printed(source, { files })).toEqual(['5 1', '2', 'Module "no" not found']);
  });

  it('Storage refuses an image that does not fit', () => {
    const image = { '.bootcde': new Uint8Array(60_000).fill(32) };
    expect(() => run('', { image })).toThrow('do not fit into the 49152 bytes of Storage');
  });
});

describe('boot files', () => {
  const file = (name: string) => new Uint8Array(Buffer.from(`print("${name}");`));
  const all = (...names: string[]) => Object.fromEntries(names.map(name => [name, file(name)]));

  it('boot files run in order', () => {
    const image = all('.bootcde', '.boot3', '.boot1', '.boot0', '.bootPowerOn');
    expect(printed('', { image })).toEqual(['.bootPowerOn', '.boot0', '.boot1', '.boot3', '.bootcde']);
  });

  it('.bootrst replaces .bootcde', () => {
    expect(printed('', { image: all('.boot0', '.bootcde', '.bootrst') })).toEqual(['.boot0', '.bootrst']);
  });

  it('boot files run again after load, and without .bootcde after reset', () => {
    const once = (call: string) => ({
      '.boot0': new Uint8Array(Buffer.from('print("boot0");')),
      '.bootcde': new Uint8Array(
        Buffer.from(
          `print("cde"); if (require("Storage").read("done") === undefined) { require("Storage").write("done", "x"); ${call}() }`,
        ),
      ),
    });
    expect(printed('', { image: once('load') })).toEqual(['boot0', 'cde', 'boot0', 'cde']);
    expect(printed('', { image: once('reset') })).toEqual(['boot0', 'cde', 'boot0']);
    expect(printed('', { image: once('E.reboot') })).toEqual(['boot0', 'cde', 'boot0', 'cde']);
  });

  it('boot files end where E.reboot is called', () => {
    const source =
      'var s = require("Storage"); if (s.read("done") === undefined) { s.write("done", "x"); print("before"); try { E.reboot() } catch (e) {} print("never") } else print("again")';
    expect(printed(source)).toEqual(['before', 'again']);
  });
});
