import { randomBytes } from 'node:crypto';
import type { Service } from '@passfob/service/service';
import { startActivation } from '@passfob/service/subjects/enrolment/activations';
import { changeSettings } from '@passfob/service/subjects/users/settings';
import { activationString } from 'passfob/activation/activation-string';
import { qrSvg } from 'passfob/activation/qr-svg';
import type { Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { needsBuilt } from '../../kit/built.ts';
import { secret } from '../../kit/secrets.ts';
import { type Need, needsTool } from '../../kit/tools.ts';
import { Rig } from '../../service/kit.ts';
import { accepted, grace, Office } from '../../service/users/kit.ts';
import { mapped, type Picture } from '../../unit/enrol/images.ts';
import { needsBuild, type SimulatedFob } from '../../unit/host/kit/simulated-fob.ts';

/** The built script of the page, and a browser. */
export const needsPortal: Need<string> = {
  name: 'npm run build, and chromium',
  found: needsBuilt('service/dist/portal/portal.json').found && needsTool('chromium').found,
};

/** Simulated fobs besides. */
export const needsFobs: Need<string> = { ...needsPortal, found: needsBuild.found && needsPortal.found };

/** Returns a string for a service, with a code that was never given out. */
export function strangersString(service: string): string {
  const bytes = () => new Uint8Array(randomBytes(16));
  return secret(activationString({ service, code: bytes(), fingerprint: bytes() }));
}

/** Draws the bars of an SVG, so many pixels a module. */
export function drawn(svg: string, scale: number): Picture {
  const side = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)?.[1]);
  const pixels = new Uint8Array(side * side).fill(255);
  const dark = /<path fill="#000" d="([^"]*)"/.exec(svg)?.[1] ?? '';
  for (const [, x, y, length] of dark.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g))
    pixels.fill(0, Number(y) * side + Number(x), Number(y) * side + Number(x) + Number(length));
  const size = side * scale;
  return mapped({ width: side, height: side, pixels }, size, size, (x, y) => [x / scale, y / scale]);
}

export const qrPicture = (string: string, scale = 4): Picture => drawn(qrSvg(string, 'QR code'), scale);

/** Returns the view of a camera on a QR code, as a YUV4MPEG2 file. */
export function film(string: string): Buffer {
  const [width, height] = [640, 480];
  const code = qrPicture(string, 5);
  const luma = Buffer.alloc(width * height, 120);
  const [left, top] = [(width - code.width) >> 1, (height - code.height) >> 1];
  for (let y = 0; y < code.height; y++)
    for (let x = 0; x < code.width; x++)
      luma[(top + y) * width + left + x] = code.pixels[y * code.width + x] === 0 ? 30 : 220;
  const frame = Buffer.concat([Buffer.from('FRAME\n'), luma, Buffer.alloc((width * height) / 2, 128)]);
  const head = Buffer.from(`YUV4MPEG2 W${width} H${height} F10:1 Ip A1:1 C420jpeg\n`);
  return Buffer.concat([head, frame, frame]);
}

/** Six groups of a pairing code, which the fob draws a moment after the answer. */
export async function codeOf({ code }: Pick<SimulatedFob, 'code'>): Promise<string> {
  await expect.poll(code).toMatch(/^(?:[a-z0-9]{3} ?){6}$/i);
  return code();
}

/** A running service with the real time, and its office with these users; both end with the test. */
export async function furnished(users: readonly string[], options: Parameters<Rig['start']>[0] = {}) {
  const rig = new Rig();
  onTestFinished(() => rig[Symbol.asyncDispose]());
  const service = await rig.start({ clock: Date.now, ...options });
  rig.clock.nowMs = Date.now();
  const office = await Office.beside(rig);
  onTestFinished(() => office[Symbol.asyncDispose]());
  office.nowMs = Date.now();
  await office.users(...users);
  return { rig, service, office };
}

/** Opens the page of a user as the page's script does when the token is active. */
export async function enterBy(page: Page, service: Service, ticket: string): Promise<void> {
  await page.goto(`${service.url}/activate`);
  await page.evaluate(value => {
    (document.getElementById('ticket') as HTMLInputElement).value = value;
    (document.getElementById('ticket-form') as HTMLFormElement).submit();
  }, ticket);
}

/** Requests of link scanners, and of programs that show previews. */
const AGENTS = [
  'Mozilla/5.0 (compatible; SafeLinks)',
  'Slackbot-LinkExpanding 1.0',
  'curl/8.0',
  'python-requests/2.31',
];
const SCANNERS = ['GET', 'HEAD', 'GET', 'HEAD', 'GET'].flatMap(method =>
  AGENTS.map(agent => ({ method, agent })),
);

/**
 * Sends twenty scanner requests for a link.
 * @returns the different pages
 */
export async function askAsScanners(link: string): Promise<string[]> {
  expect(SCANNERS).toHaveLength(20);
  const pages = new Set<string>();
  for (const { method, agent } of SCANNERS) {
    const answer = await fetch(link, { method, headers: { 'user-agent': agent } });
    expect([answer.status, answer.headers.get('set-cookie')]).toEqual([200, null]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const text = await answer.text();
    if (method === 'HEAD') expect(text).toBe('');
    else pages.add(text);
  }
  return [...pages];
}

/**
 * Gives out an activation for any fob to a user without a mail address, in person.
 * @returns its string
 */
export async function handedOver({ management }: Office, service: Service, user: string): Promise<string> {
  accepted(await changeSettings(management, grace, { publicAddress: service.url }));
  const { string } = accepted(await startActivation(management, grace, { user, fobs: 'any' }));
  return secret(string ?? '');
}
