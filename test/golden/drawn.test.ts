import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { draw } from '@passfob/firmware/core/screens/screen';
import type { Bitmap } from '@passfob/simulator';
import { afterAll, describe, expect, it } from 'vitest';
import { contactSheet } from './contact-sheet.ts';
import { drawnViews } from './drawn-views.ts';
import { picture } from './picture.ts';
import { Raster } from './raster.ts';

/** `PASSFOB_UPDATE_GOLDEN=1` writes what is drawn now, to be looked at before it is committed. */
const isUpdate = process.env.PASSFOB_UPDATE_GOLDEN === '1';
/** A path: where to draw all views of both sizes on one PNG (`npm run screens`). */
const sheet = process.env.PASSFOB_CONTACT_SHEET;

const bitmaps: Bitmap[] = [];
afterAll(() => {
  if (sheet) writeFileSync(sheet, contactSheet(bitmaps));
});

describe.each([
  [128, 64],
  [176, 176],
] as const)('on %i x %i pixels', (width, height) => {
  const folder = fileURLToPath(new URL(`${width}x${height}/`, import.meta.url));
  if (isUpdate) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
  }

  it.each(drawnViews)('%s', (name, view) => {
    const display = new Raster(width, height);
    draw(view, display);
    const screen = display.screen();
    bitmaps.push(screen.bitmap);
    if (isUpdate) writeFileSync(`${folder}${name}.txt`, picture(screen));
    expect(display.cut).toEqual([]);
    expect(picture(screen)).toBe(readFileSync(`${folder}${name}.txt`, 'utf8'));
  });

  it('draws nothing that is kept and no longer shown', () => {
    expect(readdirSync(folder).sort()).toEqual(drawnViews.map(([name]) => `${name}.txt`).sort());
  });
});
