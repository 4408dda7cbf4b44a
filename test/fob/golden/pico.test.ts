import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Bitmap } from '@passfob/simulator';
import { picture } from '@passfob/simulator/scenarios/base/picture';
import { afterAll, describe, expect, it } from 'vitest';
import { contactSheet } from './contact-sheet.ts';
import { views } from './views.ts';

/** `PASSFOB_UPDATE_GOLDEN=1` writes the present screens; review them before a commit. */
const isUpdate = process.env.PASSFOB_UPDATE_GOLDEN === '1';
/** A path: draws all views on one PNG there, in the order of `views.ts`. */
const sheet = process.env.PASSFOB_CONTACT_SHEET;
const FOLDER = fileURLToPath(new URL('pico/', import.meta.url));

describe('screens of the pico', () => {
  const bitmaps: Bitmap[] = [];
  if (isUpdate) {
    rmSync(FOLDER, { recursive: true, force: true });
    mkdirSync(FOLDER);
  }
  afterAll(() => {
    if (sheet) writeFileSync(sheet, contactSheet(bitmaps));
  });

  it.each(views)('the screen of the pico equals its golden: %s', async (name, arrange) => {
    const scene = await arrange();
    const screen = scene.driver.fob.screen();
    const { fob } = scene.driver;
    scene.close();
    bitmaps.push(screen.bitmap);
    if (isUpdate) writeFileSync(`${FOLDER}${name}.txt`, picture(screen));
    expect(picture(screen)).toBe(readFileSync(`${FOLDER}${name}.txt`, 'utf8'));
    expect([fob.consoleText(), fob.violations]).toEqual(['', []]);
  });

  it('every kept golden belongs to a screen of the pico', () =>
    expect(readdirSync(FOLDER).sort()).toEqual(views.map(([name]) => `${name}.txt`).sort()));
});
