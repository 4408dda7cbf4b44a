import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Service } from '@passfob/service/service';
import { inGroups } from 'passfob/activation/activation-string';
import { readQrImage } from 'passfob/enrol/qr';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, expect, it } from 'vitest';
import { inspect } from '../../kit/axe.ts';
import { describeInChromiumWith } from '../../kit/browser.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { Rig } from '../../service/kit.ts';
import { png } from '../../unit/enrol/images.ts';
import { drawn, film, needsPortal, qrPicture, strangersString } from './kit.ts';

const rig = new Rig();
afterAll(() => rig[Symbol.asyncDispose]());
const camera = join(temporaryFolder('portal'), 'camera.y4m');
const logged: string[] = [];
let service: Service;
let filmed: string;

/** Starts the service, whose string the camera of the browser sees. */
async function cameraArgs(): Promise<string[]> {
  service = await rig.start({ log: (...said) => void logged.push(JSON.stringify(said)) });
  filmed = strangersString(service.url);
  writeFileSync(camera, film(filmed));
  const fakes = ['--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'];
  return [...fakes, `--use-file-for-fake-video-capture=${camera}`];
}

describeInChromiumWith({ need: needsPortal, args: cameraArgs }, 'activation page', open => {
  /** Returns a page in a separate browser, with or without a way to a fob, and the browser's errors. */
  async function newPage(reaches: 'fob' | 'nothing', options: BrowserContextOptions = {}) {
    const { page, complaints } = await open(options);
    const asked: string[] = [];
    page.on('request', request => asked.push(request.url()));
    await page.addInitScript(has => {
      const nothing = () => undefined;
      const serial = { getPorts: async () => [], addEventListener: nothing, removeEventListener: nothing };
      const value = has ? serial : undefined;
      Object.defineProperty(navigator, 'serial', { value });
      Object.defineProperty(navigator, 'hid', { value: undefined });
    }, reaches === 'fob');
    return { page, complaints, asked };
  }

  const headingOf = (page: Page) =>
    page.evaluate(() => (document.activeElement?.tagName === 'H2' ? document.activeElement.textContent : ''));

  it('the page removes the string from address and history at once, and shows the next step', async () => {
    const { page, complaints, asked } = await newPage('fob');
    const string = strangersString(service.url);
    await page.goto(`${service.url}/activate#${string}`);
    await page.getByRole('heading', { name: 'Plug in your fob' }).waitFor();
    expect(page.url()).toBe(`${service.url}/activate`);
    expect(await page.evaluate(() => history.length)).toBeLessThanOrEqual(2);
    expect(await headingOf(page)).toBe('Plug in your fob');
    expect(await page.content()).not.toContain(string);
    expect(asked.filter(url => url.split('#')[0]?.includes(string.slice(3)))).toEqual([]);
    // The reader of pictures is loaded only when it is needed.
    expect(asked.filter(url => url.includes('wasm') || url.includes('/scan'))).toEqual([]);
    expect(complaints).toEqual([]);
    await page.goBack().catch(() => undefined);
    await page.goto(`${service.url}/activate`);
    await page.getByRole('heading', { name: 'Your activation string' }).waitFor();
    expect(logged.join('\n')).not.toContain(string.slice(3));
  });

  it('the page takes the string as people have it, from an image file, and from the camera', async () => {
    const { page, complaints } = await newPage('fob');
    const open = () => page.goto(`${service.url}/activate`);
    const ready = () => page.getByRole('heading', { name: 'Plug in your fob' }).waitFor();
    const string = strangersString(service.url);
    await open();
    const field = page.getByRole('textbox', { name: 'Activation string' });
    await field.fill(string.replace(/.$/, last => (last === 'q' ? 'p' : 'q')));
    await page.getByRole('button', { name: 'Continue' }).first().click();
    await page.getByRole('alert').filter({ hasText: 'not a whole activation string' }).waitFor();
    expect(await field.evaluate(one => one === document.activeElement)).toBe(true);
    await field.fill(` ${inGroups(string.toUpperCase()).replaceAll(' ', '\n - ')}`);
    await page.getByRole('button', { name: 'Continue' }).first().click();
    await ready();
    expect(await page.getByRole('alert').count()).toBe(0);

    await open();
    const image = page.getByLabel('Image file with the QR code');
    const file = (bytes: Uint8Array) => ({
      name: 'qr.png',
      mimeType: 'image/png',
      buffer: Buffer.from(bytes),
    });
    const alert = (text: string) => page.getByRole('alert').filter({ hasText: text }).waitFor();
    await image.setInputFiles(file(png({ width: 40, height: 40, pixels: new Uint8Array(1600).fill(200) })));
    await alert('No activation code was found');
    await image.setInputFiles(file(new TextEncoder().encode('no image')));
    await alert('Your browser cannot read this file as an image');
    await image.setInputFiles(file(png(qrPicture(string))));
    await ready();

    await open();
    await page.getByRole('button', { name: 'Read it with the camera' }).click();
    await ready();
    await page.getByRole('button', { name: 'Show the string' }).click();
    expect(await page.locator('#shown-string').textContent()).toBe(inGroups(filmed));
    expect(await page.locator('#video').evaluate(video => (video as HTMLVideoElement).srcObject)).toBeNull();
    expect(complaints).toEqual([]);
  });

  it('the page sends a string of another service there, and sends nothing but an address', async () => {
    const { page } = await newPage('fob');
    const other = strangersString('https://otp.example.org');
    await page.goto(`${service.url}/activate#${other}`);
    const link = page.getByRole('link', { name: 'Go to otp.example.org' });
    expect(await link.getAttribute('href')).toBe(`https://otp.example.org/activate#${other}`);
    expect(await page.getByRole('button').filter({ visible: true }).count()).toBe(0);
    expect(await inspect(page)).toEqual([]);
    await page.goto(`${service.url}/activate#javascript:alert(1)`);
    await page.getByRole('alert').filter({ hasText: 'not a whole activation string' }).waitFor();
    const kept = await page.locator('#elsewhere-link').getAttribute('href');
    expect(kept === null).toBe(true);
  });

  it('the page says what to do where the browser reaches no fob, with a QR code that goes when it is hidden', async () => {
    const { page, complaints } = await newPage('nothing');
    const string = strangersString(service.url);
    await page.goto(`${service.url}/activate#${string}`);
    await page.getByRole('heading', { name: 'This browser cannot reach a fob' }).waitFor();
    expect(await page.locator('#unable').textContent()).toMatch(/Chrome[\s\S]*passfob activate/);
    const show = page.getByRole('button', { name: 'Show the QR code' });
    await show.click();
    const svg = await page.locator('#qr-image').innerHTML();
    const decoded = await readQrImage(png(drawn(svg, 4)));
    expect(decoded.toLowerCase()).toBe(string);
    expect(await page.getByRole('img', { name: 'QR code of your activation string' }).count()).toBe(1);
    expect(await inspect(page)).toEqual([]);
    await show.click();
    expect(await page.locator('#qr-image').innerHTML()).toBe('');
    expect(complaints).toEqual([]);
  });

  it('the page is clean for axe, by day and by night, on a desktop and on a phone, and without scripts', async () => {
    const { page } = await newPage('fob', { bypassCSP: true });
    await page.goto(`${service.url}/activate`);
    await page.getByRole('heading', { name: 'Your activation string' }).waitFor();
    expect(await inspect(page)).toEqual([]);
    await page.goto(`${service.url}/activate#${strangersString(service.url)}`);
    await page.getByRole('button', { name: 'Show the QR code' }).click();
    await page.getByRole('button', { name: 'Show the string' }).click();
    expect(await inspect(page)).toEqual([]);
    const without = await newPage('fob', { javaScriptEnabled: false });
    await without.page.goto(`${service.url}/activate`);
    const shown = (await without.page.locator('main > section:visible').allTextContents()).join();
    expect(shown).toMatch(/needs its script[\s\S]*Chrome[\s\S]*passfob activate/);
    expect(shown).not.toContain('Choose my fob');
  });
});
