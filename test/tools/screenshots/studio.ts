import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { tool } from '../../kit/tools.ts';
import { root } from '../tidy/files.ts';
import { withPalette } from './palette.ts';

/** Where the pictures are kept. */
const IMAGES = 'docs/images';

const COLOURS = 64;
const MARGIN = 20;

/** The two colour schemes, each with its own file. */
const SCHEMES = ['light', 'dark'] as const;

const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--font-render-hinting=none', '--disable-lcd-text'];

/** Starts the system's Chromium. @throws if there is none */
export function startBrowser(): Promise<Browser> {
  const executablePath = tool('chromium');
  if (executablePath === undefined) throw new Error('Pictures are taken by chromium. Install it first.');
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

/** Sizes of a window: CSS pixels, and pixels of the picture for each of them. */
interface Size {
  readonly width: number;
  readonly height: number;
  readonly scale?: number;
}

/** Opens a page in a window of this size. Dates and numbers are those of one place, whatever the computer has. */
export async function openPage(
  browser: Browser,
  { width, height, scale = 1.5 }: Size,
  options: BrowserContextOptions = {},
): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height },
    deviceScaleFactor: scale,
    locale: 'en-GB',
    timezoneId: 'UTC',
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  return page;
}

/** Writes one picture. */
export function keep(name: string, bytes: Uint8Array | string): void {
  const folder = join(root, IMAGES);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, name), bytes);
}

/** A part of the page to take, instead of the window. */
interface Part {
  /** Takes the whole height of the page, at most this many CSS pixels. */
  readonly tall?: number;
  /** Ends the picture below this element, with so many CSS pixels between. */
  readonly until?: string;
  readonly margin?: number;
  /** Colours of the picture, default few: pages have flat colours and text. */
  readonly colours?: number;
}

/** Takes a page in both colour schemes: `NAME-light.png` and `NAME-dark.png`. */
export async function take(
  page: Page,
  name: string,
  { tall, until, margin = MARGIN, colours = COLOURS }: Part = {},
): Promise<void> {
  for (const colorScheme of SCHEMES) {
    await page.emulateMedia({ colorScheme });
    const clip =
      tall === undefined && until === undefined
        ? undefined
        : await areaOf(page, tall, until && { until, margin });
    const png = await page.screenshot({
      ...(clip && { clip, fullPage: true }),
      caret: 'hide',
      animations: 'disabled',
    });
    keep(`${name}-${colorScheme}.png`, withPalette(png, colours));
  }
}

async function areaOf(
  page: Page,
  tall = Number.POSITIVE_INFINITY,
  last?: { readonly until: string; readonly margin: number } | '',
) {
  const { width, height } = await page.evaluate(() => ({
    width: innerWidth,
    height: document.documentElement.scrollHeight,
  }));
  if (!last) return { x: 0, y: 0, width, height: Math.min(height, tall) };
  const box = await page.locator(last.until).first().boundingBox();
  if (box === null) throw new Error(`${last.until} is not on the page`);
  return { x: 0, y: 0, width, height: Math.min(height, box.y + box.height + last.margin) };
}
