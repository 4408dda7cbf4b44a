import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as views from '@passfob/firmware/core/screens/views';
import { build } from 'esbuild';
import { beforeAll, expect, it } from 'vitest';
import { root } from '../../tools/tidy/files.ts';
import type { walk } from './view-walk.ts';

/** Changes each cell of the table of views, one after the other: `views.txt` catches every change. */

const table = { ...views };
type Table = typeof table;
type Walk = typeof walk;
type Name = keyof typeof views.VIEW;

const NAMES = Object.keys(views.VIEW) as Name[];
const PROPERTIES = [
  'KEEPS_DISPLAY_ON',
  'KEEPS_REQUEST',
  'KEEPS_ENTRY',
  'ASKS',
  'IS_BUSY',
  'COUNTS_DOWN',
  'LOOKS_AGAIN',
] as const;

const replaced = (text: string, at: number, letter: string) =>
  text.slice(0, at) + letter + text.slice(at + 1);

/** A cell: its view, its name, and the table with it changed. A property that a view does not have is no cell. */
function* cells(): Generator<readonly [view: Name, cell: string, changed: Table]> {
  for (const name of NAMES) {
    const kind = views.VIEW[name];
    for (let event = 0; event < views.EVENTS; event++) {
      const at = kind * views.EVENTS + event;
      const letter = views.KEYS[at];
      if (letter === undefined) continue;
      const changed = letter === '-' ? views.LEAVE : '-';
      yield [name, `key ${event}`, { ...table, KEYS: replaced(views.KEYS, at, changed) }];
    }
    const layout = views.LAYOUTS[kind] === views.LAYOUT_NONE ? views.LAYOUT_MESSAGE : views.LAYOUT_NONE;
    const ofCode = name === 'code' ? { CODE_LAYOUT: layout } : {};
    yield [name, 'layout', { ...table, LAYOUTS: replaced(views.LAYOUTS, kind, layout), ...ofCode }];
    for (const property of PROPERTIES) {
      if (((table[property] >> kind) & 1) === 0) continue;
      yield [name, property, { ...table, [property]: table[property] & ~(1 << kind) }];
    }
  }
}

const golden = readFileSync(join(import.meta.dirname, 'views.txt'), 'utf8').split('\n');

/** Runs the core with another table. */
let withTable: (changed: Table) => Walk;

beforeAll(async () => {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [join(root, 'test/fob/person/view-walk.ts')],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    conditions: ['source'],
    plugins: [
      {
        name: 'table-given',
        setup({ onLoad }) {
          const contents = `export const { ${Object.keys(views).join(', ')} } = TABLE;`;
          onLoad({ filter: /core[\\/]screens[\\/]views\.ts$/ }, () => ({ contents, loader: 'js' }));
        },
      },
    ],
  });
  const run = new Function('TABLE', 'require', 'module', outputFiles[0]?.text ?? '');
  withTable = changed => {
    const module = { exports: {} as { walk: Walk } };
    run(changed, createRequire(import.meta.url), module);
    return module.exports.walk;
  };
});

/** What is seen of a view; an error is seen, too. */
function seen(changed: Table, name: Name): string[] {
  try {
    return withTable(changed)(name);
  } catch (error) {
    return [String(error)];
  }
}

it.each(NAMES)('a change of any cell of the row of this view is seen: %s', name => {
  const expected = seen(table, name);
  expect(expected.filter(line => !golden.includes(line))).toEqual([]);
  const missed = [...cells()]
    .filter(([view, , changed]) => view === name && seen(changed, name).join() === expected.join())
    .map(([, cell]) => cell);
  expect(missed).toEqual([]);
});
