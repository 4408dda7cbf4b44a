import type { ControlTarget } from '@passfob/simulator/faceplates/control/target';
import { webFaceplate } from '@passfob/simulator/faceplates/web/server';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { newPage, type OpenPage, startChromium } from '../../kit/browser.ts';

export const launched = startChromium;

type Target = Pick<ControlTarget, 'fob' | 'clock'> & Partial<ControlTarget>;

/** Opens the faceplate page of a fob in a browser; closed after the test. */
export async function opened(
  browser: Browser | ((options: BrowserContextOptions) => Promise<OpenPage>),
  target: Target,
  options: BrowserContextOptions = {},
  port = 0,
) {
  const face = await webFaceplate({ fronts: [], quit() {}, ...target }, port);
  onTestFinished(() => face.close());
  const shape = { viewport: { width: 900, height: 800 }, ...options };
  const { page, complaints } = await (typeof browser === 'function'
    ? browser(shape)
    : newPage(browser, shape));
  await page.goto(face.url);
  await page.getByRole('button').and(page.locator(':enabled')).first().waitFor();
  return { fob: target.fob, face, page, complaints };
}
