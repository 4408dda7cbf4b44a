import type { SimulatedFob } from '@passfob/simulator/base/fob';
import type { ControlTarget } from '@passfob/simulator/faceplates/control/target';
import { type WebFaceplate, webFaceplate } from '@passfob/simulator/faceplates/web/server';
import { type Browser, chromium, type Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { PATIENCE_MS } from '../../kit/patience.ts';

const QUIET = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'].concat([
  '--disable-background-networking',
  '--disable-component-update',
]);

export const launched = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath, args: QUIET });

export interface FaceplatePage {
  readonly fob: SimulatedFob;
  readonly face: WebFaceplate;
  readonly page: Page;
  /** The browser's errors: failed scripts, and requests that the policy refused. */
  readonly complaints: string[];
}

/** Opens the faceplate page of a fob in a browser; closed after the test. */
export async function opened(
  browser: Browser,
  target: Pick<ControlTarget, 'fob' | 'clock'> & Partial<ControlTarget>,
  options: Parameters<Browser['newPage']>[0] = {},
  port = 0,
): Promise<FaceplatePage> {
  const face = await webFaceplate({ fronts: [], quit() {}, ...target }, port);
  const page = await browser.newPage({ viewport: { width: 900, height: 800 }, ...options });
  page.setDefaultTimeout(PATIENCE_MS);
  const complaints: string[] = [];
  page.on('pageerror', error => complaints.push(error.message));
  page.on('console', message => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  onTestFinished(async () => {
    await page.close();
    await face.close();
  });
  await page.goto(face.url);
  await page.getByRole('button').and(page.locator(':enabled')).first().waitFor();
  return { fob: target.fob, face, page, complaints };
}
