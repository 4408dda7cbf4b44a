import { randomBytes } from 'node:crypto';
import { activationString, readActivationString } from 'passfob/activation/activation-string';
import { QR_QUIET_MODULES } from 'passfob/activation/limits';
import { qrSvg } from 'passfob/activation/qr-svg';
import { readQrImage } from 'passfob/enrol/qr';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { mapped, type Picture, png } from '../../unit/enrol/images.ts';

const bytes = () => new Uint8Array(randomBytes(16));

function madeFor(service: string): string {
  return secret(activationString({ service, code: bytes(), fingerprint: bytes() }));
}

/** Draws the bars of an SVG, one pixel a module. Draws nothing else. */
function drawn(svg: string): Picture {
  const side = Number(/viewBox="0 0 (\d+) \1"/.exec(svg)?.[1]);
  const pixels = new Uint8Array(side * side).fill(255);
  const dark = /<path fill="#000" d="([^"]*)"/.exec(svg)?.[1] ?? '';
  for (const [, x, y, length] of dark.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g))
    pixels.fill(0, Number(y) * side + Number(x), Number(y) * side + Number(x) + Number(length));
  return { width: side, height: side, pixels };
}

function scaled(picture: Picture, by: number): Uint8Array {
  return png(mapped(picture, picture.width * by, picture.height * by, (x, y) => [x / by, y / by]));
}

test('a reader decodes the QR code to the string, for short and for long addresses', async () => {
  for (const service of [
    'http://localhost:8480',
    'https://otp.example.org',
    `https://${'a'.repeat(60)}.example.org:8443`,
  ]) {
    const string = madeFor(service);
    const decoded = secret(await readQrImage(scaled(drawn(qrSvg(string, 'QR code')), 4)));
    expect(decoded.toLowerCase()).toBe(string);
    expect(readActivationString(decoded)).toEqual(readActivationString(string));
  }
});

test('capitals make a smaller QR code, and nothing reaches into its quiet zone', () => {
  const string = madeFor('https://otp.example.org');
  const { width, pixels } = drawn(qrSvg(string, 'QR code'));
  // Version 4 (ISO/IEC 18004 §6.3.1) instead of the 6 that byte mode would take.
  expect(width).toBe(33 + 2 * QR_QUIET_MODULES);
  const isQuiet = (at: number) => at < QR_QUIET_MODULES || at >= width - QR_QUIET_MODULES;
  const inMargin = [...pixels].filter((_, at) => isQuiet(at % width) || isQuiet(Math.floor(at / width)));
  expect(new Set(inMargin)).toEqual(new Set([255]));
});

test('the SVG does not contain the string as text, loads nothing from elsewhere and has a description', () => {
  const string = madeFor('https://otp.example.org');
  const svg = qrSvg(string, `"><script>&'`);
  expect(svg.toLowerCase()).not.toContain(string.slice(3, 20));
  expect(svg).toContain('aria-label="&quot;&gt;&lt;script&gt;&amp;&#39;"');
  expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(/<script|style|href|url\(|https?:/);
});
