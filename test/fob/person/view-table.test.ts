import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as views from '@passfob/firmware/core/screens/views';
import { expect, it } from 'vitest';
import { walk } from './view-walk.ts';

const { EVENTS, KEYS, LAYOUTS, VIEW } = views;

/** `PASSFOB_UPDATE_GOLDEN=1` writes what each view does now; review it before a commit. */
const GOLDEN = join(import.meta.dirname, 'views.txt');

it('each view does on each key, each wait and each request what views.txt says', () => {
  const text = `${walk().join('\n')}\n`;
  if (process.env.PASSFOB_UPDATE_GOLDEN === '1') writeFileSync(GOLDEN, text);
  expect(text).toBe(readFileSync(GOLDEN, 'utf8'));
});

it('views.txt has each view', () => {
  const golden = `\n${readFileSync(GOLDEN, 'utf8')}`;
  expect(Object.keys(VIEW).filter(name => !golden.includes(`\n${name}, is shown:`))).toEqual([]);
});

it('the table of views has a letter for each event in each view, and a layout, and no more', () => {
  expect(EVENTS).toBe(views.ON_TIMEOUT + 1);
  expect(LAYOUTS).toHaveLength(Object.keys(VIEW).length);
  // Those without keys are the last.
  expect(KEYS).toHaveLength(VIEW.stay * EVENTS);
  expect(VIEW.off).toBe(VIEW.stay + 1);
});
