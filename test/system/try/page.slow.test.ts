import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundledTryPage } from '@passfob/demo/bundle/page';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { findings } from '../../kit/axe.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { listening } from '../../kit/listening.ts';
import { describeNeeds, itNeeds, needsTool } from '../../kit/tools.ts';
import { root } from '../../tools/tidy/files.ts';
import { type ChromiumOpener, type Opener, openChromium, openFirefox } from './hands.ts';
import { cutAndTravel, KEEP_SECRETS, pairAndEnrol, signInTwice } from './story.ts';

const folder = temporaryFolder('test', afterAll);
const file = join(folder, 'try.html');
beforeAll(async () => {
  writeFileSync(file, await bundledTryPage(root));
});

/** Serves the page as any server of files does. @returns its URL, and the paths that were asked for */
async function served(): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const origin = await listening(({ url = '' }, response) => {
    asked.push(url);
    response.setHeader('content-type', 'text/html').end(readFileSync(file));
  });
  return { url: `${origin}/try.html`, asked };
}

/** Travels for 30 days, and returns what the page says meanwhile, and whether its service can be used. */
const TRAVEL = `() => new Promise(resolve => {
  const [state, service] = ['.state', 'fieldset'].map(one => document.querySelector(one));
  const seen = [];
  new MutationObserver(() => {
    seen.push(state.textContent + ', service ' + (service.disabled ? 'off' : 'on'));
    if (state.textContent === '') resolve(seen.join('\\n'));
  }).observe(state, { childList: true });
  [...document.querySelectorAll('button')].find(one => one.textContent === '30 days on').click();
})`;

/** How many displays that show the same as the first one are wholly in view. */
const DISPLAYS_IN_VIEW = `[...document.querySelectorAll('canvas')].filter((one, _, [first]) => {
  const { top, bottom } = one.getBoundingClientRect();
  const isSame = one.toDataURL() === first.toDataURL();
  return isSame && one.checkVisibility({ visibilityProperty: true }) && top >= 0 && bottom <= innerHeight;
}).length`;

/** The same, of those that do not cover the focused field, which is in view itself; -1 if it is not. */
const DISPLAYS_ABOVE_FOCUS = `(() => {
  const field = document.activeElement.getBoundingClientRect();
  if (field.top < 0 || field.bottom > innerHeight) return -1;
  return [...document.querySelectorAll('canvas')].filter((one, _, [first]) => {
    const { top, bottom } = one.getBoundingClientRect();
    const isSame = one.toDataURL() === first.toDataURL();
    return isSame && one.checkVisibility({ visibilityProperty: true }) && top >= 0 && bottom <= field.top;
  }).length;
})()`;

async function playStory(opener: Opener, url: string): Promise<void> {
  await opener.preload(KEEP_SECRETS);
  const hands = await opener.open(url);
  await pairAndEnrol(hands);
  await signInTwice(hands);
  await cutAndTravel(hands);
  await hands.close();
}

describeNeeds(needsTool('chromium'), 'the try page in Chromium', path => {
  /** A browser of the test's own. */
  async function chromium(isOffline: boolean): Promise<ChromiumOpener & { complaints: string[] }> {
    const opener = await openChromium(path, isOffline);
    onTestFinished(() => opener.end());
    const complaints: string[] = [];
    opener.context.on('weberror', error => complaints.push(error.error().message));
    opener.context.on('console', message => message.type() === 'error' && complaints.push(message.text()));
    return { ...opener, complaints };
  }

  /** The page from its file, without a network. */
  async function opened() {
    const { context, open } = await chromium(true);
    const hands = await open(`file://${file}`);
    const page = context.pages()[0];
    const frame = page?.frames()[1];
    if (page === undefined || frame === undefined) throw new Error('the page has no frame');
    return { context, hands, page, frame, inside: page.frameLocator('iframe') };
  }

  it('the try page works from a file in Chromium without a network: pair, enrol, sign in, approve, cut the power', async () => {
    const opener = await chromium(true);
    const requests: string[] = [];
    opener.context.on('request', request => requests.push(request.url()));
    await playStory(opener, `file://${file}`);
    expect(requests.filter(url => !/^(?:blob|data):/.test(url))).toEqual([`file://${file}`]);
    expect(opener.complaints).toEqual([]);
  });

  it('the try page works from a static server in Chromium, and asks it for nothing but itself', async () => {
    const { url, asked } = await served();
    const opener = await chromium(false);
    await pairAndEnrol(await opener.open(url));
    expect(asked).toEqual(['/try.html']);
    expect(opener.complaints).toEqual([]);
  });

  it('the try page has no accessibility findings by day, and on a phone by night', async () => {
    const { hands, page, frame } = await opened();
    await pairAndEnrol(hands);
    await frame.evaluate("for (const one of document.querySelectorAll('details')) one.open = true");
    for (const [width, height, colorScheme] of [
      [1280, 900, 'light'],
      [320, 700, 'dark'],
    ] as const) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
      expect(await findings(frame)).toEqual([]);
    }
    expect(await page.locator('iframe').getAttribute('title')).toMatch(/frame/);
  });

  it('on a phone the try page keeps the code of the fob in view while it is typed', async () => {
    const { hands, page, frame, inside } = await opened();
    await page.setViewportSize({ width: 390, height: 500 });
    await expect.poll(() => hands.text('pre')).toMatch(/owner/);
    await hands.click('Pair this fob');
    const code = inside.getByLabel('Pairing code from the display');
    await code.click();
    const seen = () => frame.evaluate(DISPLAYS_ABOVE_FOCUS);
    await expect.poll(seen).toBe(1);
    // A field that had scrolled away comes into view below the display, and not behind it.
    await frame.evaluate('scrollTo(0, document.documentElement.scrollHeight)');
    await code.scrollIntoViewIfNeeded();
    await code.focus();
    await expect.poll(seen).toBe(1);
    // At the fob itself there is one display.
    await inside.locator('.key').scrollIntoViewIfNeeded();
    await expect.poll(() => frame.evaluate(DISPLAYS_IN_VIEW)).toBe(1);
  });

  it('a key of the try page is held by the space bar and by a finger, as by the mouse', async () => {
    const { context, hands, page, inside } = await opened();
    await pairAndEnrol(hands);
    const key = inside.locator('.key');
    const display = () => hands.text('pre');
    await expect
      .poll(async () => {
        if (/1\/2/.test(await display())) return true;
        await key.press(' ');
        await page.waitForTimeout(500);
        return false;
      })
      .toBe(true);
    await page.waitForTimeout(900);
    await key.press(' ', { delay: 900 });
    await expect.poll(display).toMatch(/\d{3} \d{3}/);
    const box = await key.boundingBox();
    const touchPoints = [{ x: (box?.x ?? 0) + 30, y: (box?.y ?? 0) + 30 }];
    const devtools = await context.newCDPSession(page);
    await devtools.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints });
    await page.waitForTimeout(150);
    await devtools.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await expect.poll(display).toMatch(/1\/2/);
  });

  it('the service of the try page waits while its fob travels through time', async () => {
    const { hands } = await opened();
    await pairAndEnrol(hands);
    const seen = String(await hands.call(TRAVEL)).split('\n');
    expect(seen[0]).toMatch(/^Travelling: (?:\d+ (?:days|hours)|less than an hour) to go …, service off$/);
    expect(seen.at(-1)).toBe(', service on');
  });

  it('the try page carries several fobs of different boards, each with its own user', async () => {
    const { hands, inside } = await opened();
    for (const board of ['banglejs2', 'rpi-pico']) {
      await hands.call("board => { document.querySelector('.adding select').value = board; }", board);
      await hands.click('Take it');
    }
    const texts = async (selector: string) => (await inside.locator(selector).allTextContents()).join();
    await expect.poll(() => texts('.fob pre')).toMatch(/no owner.*no\s+owner.*no owner/s);
    const keys = inside.locator('.keys').evaluateAll(all => all.map(one => one.children.length));
    expect(await keys).toEqual([1, 4, 1]);
    await hands.call("() => { document.querySelectorAll('.stand > button')[1].click(); }");
    expect(await texts('.stand h2')).toMatch(/^Anna’s fob .*,Clara’s fob /);
  });
});

itNeeds(
  needsTool('firefox-esr'),
  'the try page works from a file in Firefox without a network: pair, enrol, sign in, approve, cut the power',
  async path => {
    const firefox = await openFirefox(path);
    onTestFinished(() => firefox.end());
    await playStory(firefox, `file://${file}`);
  },
);

itNeeds(
  needsTool('firefox-esr'),
  'the try page works from a static server in Firefox, and asks it for nothing but itself',
  async path => {
    const { url, asked } = await served();
    const firefox = await openFirefox(path);
    onTestFinished(() => firefox.end());
    await pairAndEnrol(await firefox.open(url));
    expect(asked).toEqual(['/try.html']);
  },
);
