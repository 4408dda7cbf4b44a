import { brotliCompressSync, gzipSync } from 'node:zlib';
import { bundledTryPage } from '@passfob/demo/bundle/page';
import { PAGE_BYTES_MAX } from '@passfob/demo/try/limits';
import { expect, it, onTestFinished } from 'vitest';
import { listening } from '../../kit/listening.ts';
import { tool } from '../../kit/tools.ts';
import { type Opener, openChromium, openFirefox } from '../../system/try/hands.ts';
import { root } from '../tidy/files.ts';
import { begin, grouped, spread, withSpread } from './figures/record.ts';

const ROUNDS = 15;
/** The aim of docs/performance.md. */
const INTERACTIVE_MS_MAX = 1_000;

const BROWSERS: readonly (readonly [string, string, (path: string) => Promise<Opener>])[] = [
  ['Chromium', 'chromium', path => openChromium(path, false)],
  ['Firefox', 'firefox-esr', openFirefox],
];

/** Serves the page compressed, as a server of files does. */
const served = (html: Buffer): Promise<string> =>
  listening((_, response) => {
    response.writeHead(200, { 'content-type': 'text/html', 'content-encoding': 'gzip' }).end(html);
  });

/** Returns the milliseconds from the start of the loading to the first fob's display and buttons. */
async function interactiveMs(opener: Opener, url: string): Promise<number> {
  const hands = await opener.open(url);
  const at = () => hands.call('() => document.documentElement.dataset.interactiveAt ?? ""');
  await expect.poll(at, { interval: 20 }).not.toBe('');
  const took = Number(await at()) - (await hands.began());
  await hands.close();
  return took;
}

it('the try page is small, and can be used within a second', async () => {
  const record = begin('try');
  const html = await bundledTryPage(root);
  const gzip = gzipSync(html, { level: 9 });
  const url = await served(gzip);
  const rows: string[][] = [];
  const medians: number[] = [];
  for (const [name, program, start] of BROWSERS) {
    const path = tool(program);
    if (path === undefined) throw new Error(`This part needs ${program}.`);
    const opener = await start(path);
    onTestFinished(() => opener.end());
    const times: number[] = [];
    for (let round = 0; round < ROUNDS; round++) times.push(await interactiveMs(opener, url));
    medians.push(spread(times).median);
    rows.push([name, withSpread(times, 'ms')]);
  }
  const sizes = [
    ['as it is', grouped(Buffer.byteLength(html)), ''],
    ['by gzip, which every server has', grouped(gzip.length), grouped(PAGE_BYTES_MAX)],
    ['by brotli', grouped(brotliCompressSync(html).length), ''],
  ];
  const times = ['from the start of the loading | to a fob that can be used', rows] as const;
  record({ tables: [['the whole page | bytes | of at most', sizes], times] });
  expect(gzip.length).toBeLessThanOrEqual(PAGE_BYTES_MAX);
  expect(Math.max(...medians)).toBeLessThan(INTERACTIVE_MS_MAX);
});
