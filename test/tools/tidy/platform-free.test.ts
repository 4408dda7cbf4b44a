import { describe, expect, it } from 'vitest';
import { codeFiles } from './files.ts';
import { ENTRIES, platformUses, reachedFrom } from './platform-free.ts';

const files = new Map(codeFiles.map(file => [file.path, file]));

describe('the simulator without a platform', () => {
  const reached = [...new Set(ENTRIES.flatMap(entry => reachedFrom(entry, files)))];

  it('no file that the simulator of browsers reaches imports from Node, or names what only Node or browsers have', () => {
    expect(reached.length).toBeGreaterThan(50);
    const parts = ['board/machine.ts', 'interpreter/session.ts', 'board/chips/flash.ts'];
    const some = [...parts.map(path => `simulator/${path}`), 'emulator/core/core.ts'];
    expect(reached).toEqual(expect.arrayContaining(some));
    expect(reached.flatMap(path => platformUses(files.get(path) ?? { path, text: '' }))).toEqual([]);
  });

  it('the file of the other platform is no part of it', () => {
    expect(reached).not.toContain('simulator/interpreter/contexts/node-context.ts');
  });

  it.each([
    ["import { createHash } from 'node:crypto';", 'imports node:crypto'],
    ["export { isDate } from 'node:util/types';", 'imports node:util/types'],
    ["const text = Buffer.from(bytes).toString('hex');", 'names Buffer'],
    ['const name = process.platform;', 'names process'],
    ['let timer: NodeJS.Timeout | undefined;', 'names NodeJS'],
    ['timer = setTimeout(wake, 5);', 'names setTimeout'],
    ['const ms = performance.now();', 'names performance'],
    ['document.title = text;', 'names document'],
  ])('the rule finds %j', (text, reason) => {
    const found = platformUses({ path: 'simulator/board/chips/x.ts', text });
    expect(found.map(each => each.replace(/^\S+ /, ''))).toEqual([reason]);
  });

  it.each([
    'const calls = { setTimeout: (...args) => start(args), process: object };',
    '/** Buffer */ const text = "process.env";',
    'board.process.env = board.#process;',
    'const process = realm.object({}); process.memory = 1;',
  ])('the rule lets %j pass', text => {
    expect(platformUses({ path: 'simulator/board/chips/x.ts', text })).toEqual([]);
  });

  it('a browser may be named in its own folder, and Node nowhere', () => {
    const path = 'simulator/interpreter/contexts/browser/x.ts';
    expect(platformUses({ path, text: 'const ms = performance.now();' })).toEqual([]);
    expect(platformUses({ path, text: "import 'node:fs';" })).toHaveLength(1);
  });
});
