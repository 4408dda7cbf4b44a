import { spawnSync } from 'node:child_process';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { extname, join } from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { checkSearch } from '../../../docs/site/build/check-search.ts';
import { runSite } from '../../../docs/site/build/main.ts';
import { serveSite } from '../../../docs/site/build/serve.ts';
import { GROUPS, LIBRARIES, pageOf } from '../../../docs/site/navigation.ts';
import { describeInChromium } from '../../kit/browser.ts';
import { needsBuilt } from '../../kit/built.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { listening } from '../../kit/listening.ts';
import { describeNeeds } from '../../kit/tools.ts';
import { root, textOf } from '../tidy/files.ts';

// The build takes about 20 seconds on a quiet machine, of two cores.

const BASE = '/passfob/docs/';
const MIME_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
};

/** Whether the packages of the site are installed, or can be: from the registry or from npm's own cache. */
function areThere(): true | undefined {
  if (existsSync(join(root, 'docs/site/node_modules/.installed-lock'))) return true;
  const asked = spawnSync('npm', ['ping', '--fetch-retries=0', '--fetch-timeout=5000'], { timeout: 10_000 });
  return asked.status === 0 ? true : undefined;
}

const builds = needsBuilt(
  'host/dist/client/index.d.ts',
  'host/dist/simulator.d.ts',
  'emulator/dist/index.d.ts',
  'service/dist/node/service.js',
  'demo/dist/bundle/main.js',
);
const needed = {
  name: 'npm run build, and the packages of docs/site or the registry',
  found: builds.found && areThere(),
};

/** Serves the folder under the path of the site, as any server of files does. */
const filesOf =
  (folder: string): RequestListener =>
  ({ url = '' }, response) => {
    const path = decodeURI(new URL(url, 'http://localhost').pathname);
    const file = join(folder, path.slice(BASE.length - 1), path.endsWith('/') ? 'index.html' : '');
    if (!path.startsWith(BASE) || !existsSync(file)) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader('content-type', MIME_TYPES[extname(file)] ?? 'application/octet-stream');
    createReadStream(file).pipe(response);
  };

describeNeeds(needed, 'the documentation site', () => {
  const out = temporaryFolder('site');
  const said: string[] = [];
  let exitCode: number | undefined;
  beforeAll(async () => {
    exitCode = await runSite(root, ['--base', BASE, '--out', out], line => said.push(line));
  });

  it('the build of the site says a line before each step that takes long', () => {
    expect(said.filter(line => !line.startsWith('Installing'))).toEqual([
      'Building the site, which takes some minutes: the try page …',
      'The references of the HTTP interfaces and of the libraries …',
      'The pages …',
    ]);
  });

  it('the site builds without a broken link or anchor, and loads nothing from elsewhere', () => {
    expect(exitCode).toBe(0);
  });

  it('the site has a page for every document and every reference', () => {
    const documents = GROUPS.flatMap(({ pages }) => pages.map(({ document }) => document));
    const written = documents.filter(document => textOf(document) !== undefined).map(pageOf);
    const references = [
      ...LIBRARIES.map(({ page }) => page),
      'index',
      'http/index',
      'http/objects',
      'http/users',
    ];
    for (const page of [...written, ...references.map(name => `reference/${name}.md`)])
      expect(existsSync(join(out, (page ?? '').replace(/\.md$/, '.html'))), page).toBe(true);
    expect(readFileSync(join(out, 'reference/client.html'), 'utf8')).toContain(
      'A client for a fob, for its owner',
    );
  });

  it('the search finds the page that a beginner looks for, and the check says where it does not', () => {
    const ask = (question: string, page: string) =>
      checkSearch(join(root, 'docs/site'), out, BASE, [[question, page]]);
    expect(ask('PIN forgotten', 'start/carry')).toEqual([]);
    expect(ask('PIN forgotten', 'boards/pico')).toEqual([
      expect.stringMatching(/^A search for "PIN forgotten" finds start\/carry\.html.* before boards\/pico$/),
    ]);
  });

  describeInChromium('the site in Chromium', open => {
    /** The site as its own program serves it, until the test ends. */
    async function served(): Promise<string> {
      const site = await serveSite(out, BASE, 0);
      onTestFinished(() => site.close());
      return site.url;
    }

    it('the first page shows its picture in the first screen, and a wrong address leads to search and start pages', async () => {
      const url = await served();
      const { page } = await open({ viewport: { width: 1440, height: 900 } });
      await page.goto(url);
      await seesPicture(page, '.on-light');
      await page.getByRole('switch').first().click();
      await seesPicture(page, '.on-dark');
      await page.goto(`${url}guide/no-such-page`);
      await page.getByRole('heading', { level: 1, name: 'There is no such page' }).waitFor();
      await page.getByRole('main').getByRole('button', { name: 'Search' }).click();
      await page.getByRole('searchbox').fill('PIN forgotten');
      await page.locator('.VPLocalSearchBox .result[href*="start/carry.html"]').first().waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('main').getByRole('link', { name: 'I carry a fob' }).click();
      await page.getByRole('heading', { level: 1, name: 'I carry a fob' }).waitFor();
    });

    it('the site has the try page in a frame of a page, where its fob starts', async () => {
      const { page } = await open({ viewport: { width: 1400, height: 900 } });
      await page.goto(`${await served()}try.html`);
      await page.locator('iframe.try-page').scrollIntoViewIfNeeded();
      const framed = page.frameLocator('iframe.try-page').frameLocator('iframe').locator('pre').first();
      await expect.poll(() => framed.textContent()).toContain('It has no owner yet.');
      await page.getByRole('link', { name: 'Open it on a page of its own' }).click();
      const alone = page.frameLocator('iframe').locator('pre').first();
      await expect.poll(() => alone.textContent()).toContain('It has no owner yet.');
    });

    it('the site searches, turns dark and follows links in a browser, and is read without a server', async () => {
      const origin = await listening(filesOf(out));
      const { page, complaints } = await open({ viewport: { width: 1400, height: 900 } });
      page.on('request', request => {
        const url = request.url();
        if (!url.startsWith(origin) && !url.startsWith('data:')) complaints.push(url);
      });
      await page.goto(origin + BASE);
      await page.getByRole('link', { name: 'Command line' }).first().click();
      await page.getByRole('heading', { level: 1, name: 'The command line' }).waitFor();
      await page
        .getByRole('button', { name: /search/i })
        .first()
        .click();
      await page.getByRole('searchbox').fill('press-timeout');
      await page.locator('.VPLocalSearchBox .result[href*="errors.html"]').first().click();
      await page.getByRole('heading', { level: 1, name: 'Errors and exit codes' }).waitFor();
      const lightness = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
      const before = await lightness();
      await page.getByRole('switch').first().click();
      await expect.poll(lightness).not.toBe(before);
      await page.goto(`${origin}${BASE}errors.html#problem-too_many`);
      const row = page.getByRole('row').filter({ has: page.locator('#problem-too_many') });
      await expect.poll(async () => (await row.boundingBox())?.y ?? 0).toBeGreaterThan(0);
      expect((await row.boundingBox())?.y).toBeLessThan(900);
      expect(complaints).toEqual([]);
      await readFromDisk((await open()).page, out);
    });
  });
});

/** Waits for a picture of the first page: loaded, centred, and whole within the window. */
async function seesPicture(page: Page, selector: string): Promise<void> {
  const picture = page.locator(`.first-picture ${selector}`);
  const element = `document.querySelector('.first-picture ${selector}')`;
  await expect.poll(() => page.evaluate(`${element}.complete && ${element}.naturalWidth > 0`)).toBe(true);
  const box = await picture.boundingBox();
  const window = page.viewportSize();
  if (box === null || window === null) throw new Error(`${selector} is not seen`);
  expect(box.y + box.height).toBeLessThanOrEqual(window.height);
  expect(Math.abs(box.x + box.width / 2 - window.width / 2)).toBeLessThan(12);
}

/** Opens the site as files: pages have their style, and links between them work. */
async function readFromDisk(page: Page, out: string): Promise<void> {
  await page.goto(`file://${join(out, 'index.html')}`);
  await page.getByRole('link', { name: 'Command line' }).first().click();
  await page.getByRole('heading', { level: 1, name: 'The command line' }).waitFor();
  const sideBar = page.locator('.VPSidebar');
  expect(await page.evaluate("getComputedStyle(document.querySelector('.VPSidebar')).position")).toBe(
    'fixed',
  );
  await sideBar.getByRole('link', { name: 'Errors and exit codes' }).click();
  await page.getByRole('heading', { level: 1, name: 'Errors and exit codes' }).waitFor();
}
