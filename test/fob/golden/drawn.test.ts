import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { draw } from '@passfob/firmware/core/screens/screen';
import type { Bitmap } from '@passfob/simulator';
import { picture } from '@passfob/simulator/scenarios/base/picture';
import { afterAll, describe, expect, it } from 'vitest';
import { contactSheet } from './contact-sheet.ts';
import { drawnViews } from './drawn-views.ts';
import { Raster } from './raster.ts';

/** `PASSFOB_UPDATE_GOLDEN=1` writes the present screens; review them before a commit. */
const isUpdate = process.env.PASSFOB_UPDATE_GOLDEN === '1';
/** A path: draws all views of both sizes on one PNG there (`npm run screens`). */
const sheet = process.env.PASSFOB_CONTACT_SHEET;

const bitmaps: Bitmap[] = [];
afterAll(() => {
  if (!sheet) return;
  mkdirSync(dirname(sheet), { recursive: true });
  writeFileSync(sheet, contactSheet(bitmaps));
});

describe.each([
  [128, 64],
  [176, 176],
] as const)('views on %i x %i pixels', (width, height) => {
  const folder = fileURLToPath(new URL(`${width}x${height}/`, import.meta.url));
  if (isUpdate) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
  }

  it.each(drawnViews)('the drawn view equals its golden: %s', (name, view) => {
    const display = new Raster(width, height);
    draw(view, display);
    const screen = display.screen();
    bitmaps.push(screen.bitmap);
    if (isUpdate) writeFileSync(`${folder}${name}.txt`, picture(screen));
    expect(display.cut).toEqual([]);
    expect(picture(screen)).toBe(readFileSync(`${folder}${name}.txt`, 'utf8'));
  });

  it('every kept golden belongs to a view', () =>
    expect(readdirSync(folder).sort()).toEqual(drawnViews.map(([name]) => `${name}.txt`).sort()));
});
