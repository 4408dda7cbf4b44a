import { SHORT_PRESS_MS } from '@passfob/simulator/faceplates/control/limits';
import { webFaceplate } from '@passfob/simulator/faceplates/web/server';
import { decode } from 'fast-png';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, it, onTestFinished } from 'vitest';
import { describeInChromium } from '../../kit/browser.ts';
import { freePort } from '../../kit/free-port.ts';
import { listening } from '../../kit/listening.ts';
import { opened } from './faceplate-page.ts';
import { bootTestFob } from './kit.ts';

/** WCAG 2.2, relative luminance. */
function luminance(...channels: number[]): number {
  const [red = 0, green = 0, blue = 0] = channels.map(channel => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** More numbers than a call takes arguments. */
const extremes = (numbers: readonly number[], pick: (a: number, b: number) => number) =>
  numbers.reduce((a, b) => pick(a, b));

describeInChromium('the faceplate page', open => {
  const opening = (options: BrowserContextOptions = {}, port = 0) =>
    opened(open, { fob: bootTestFob('real'), clock: 'real' }, options, port);

  const says = (page: Page, text: string) =>
    expect.poll(() => page.locator('#speech').textContent()).toBe(text);
  const button = (page: Page) => page.getByRole('button', { name: 'Button' });

  /** Returns the lit pixels of the canvas: 1 for the display's bright colour, 0 for no colour. */
  function canvasPixels(page: Page): Promise<{ width: number; height: number; pixels: number[] }> {
    return page.locator('canvas').evaluate(canvas => {
      if (!(canvas instanceof HTMLCanvasElement)) throw new Error('no canvas');
      const { width, height } = canvas;
      const data = canvas.getContext('2d')?.getImageData(0, 0, width, height).data ?? [];
      const colours = Array.from({ length: width * height }, (_, pixel) =>
        Array.from(data.slice(pixel * 4, pixel * 4 + 4)).join(),
      );
      const lit = { '214,236,255,255': 1, '0,0,0,0': 0 } as Record<string, number>;
      return { width, height, pixels: colours.map(colour => lit[colour] ?? -1) };
    });
  }

  it('the web faceplate shows every pixel as the fob has drawn it', async () => {
    const { fob, page, complaints } = await opening();
    const { width, height, pixels } = fob.screen().bitmap;
    expect(pixels).toContain(1);
    await expect.poll(() => canvasPixels(page)).toEqual({ width, height, pixels: Array.from(pixels) });
    const box = await page.locator('canvas').boundingBox();
    expect([(box?.width ?? 0) / width, (box?.height ?? 0) / height]).toEqual([3, 3]);
    expect(complaints).toEqual([]);
  });

  it.each([' ', 'Enter'])(
    "the web faceplate holds the button while key %j is down, and reads out the fob's text",
    async key => {
      const { page } = await opening();
      await says(page, 'UP\nPRESSES 0');
      await button(page).focus();
      await page.keyboard.down(key);
      await says(page, 'DOWN\nPRESSES 0');
      await page.keyboard.up(key);
      await says(page, 'UP\nPRESSES 1');
    },
  );

  it('the web faceplate holds the button while the pointer is down on it, and releases it with the pointer', async () => {
    const { page } = await opening();
    await button(page).hover();
    await page.mouse.down();
    await says(page, 'DOWN\nPRESSES 0');
    await page.mouse.move(5, 5);
    await page.mouse.up();
    await says(page, 'UP\nPRESSES 1');
  });

  it('the web faceplate holds the button while a finger is on it', async () => {
    const { page } = await opening({ hasTouch: true });
    const box = await button(page).boundingBox();
    const finger = { x: (box?.x ?? 0) + 20, y: (box?.y ?? 0) + 40 };
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [finger] });
    await says(page, 'DOWN\nPRESSES 0');
    await devtools.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] });
    await says(page, 'UP\nPRESSES 1');
  });

  it.each<[string, (page: Page) => Promise<void>]>([
    [
      'for assistive technology that only clicks',
      page => button(page).evaluate(one => (one as HTMLElement).click()),
    ],
    ['of a tap that is shorter than any finger’s', page => button(page).click()],
  ])('the web faceplate makes a press %s', async (_what, press) => {
    const { page } = await opening();
    await press(page);
    await says(page, 'UP\nPRESSES 1');
  });

  it('the web faceplate makes a press of a click that reaches the simulator late, and all at once', async () => {
    const { page } = await opening();
    // The simulator is in this process, which is busy from before the click until after its end.
    await button(page).evaluate((button, afterMs) => {
      if (button instanceof HTMLElement) setTimeout(() => button.click(), afterMs);
    }, SHORT_PRESS_MS);
    const until = performance.now() + 5 * SHORT_PRESS_MS;
    while (performance.now() < until);
    await says(page, 'UP\nPRESSES 1');
  });

  it('the web faceplate releases the button when the page closes', async () => {
    const { fob, page } = await opening();
    await button(page).focus();
    await page.keyboard.down(' ');
    await expect.poll(() => fob.screen().text[0]).toBe('DOWN');
    await page.goto('about:blank');
    await expect.poll(() => fob.screen().text).toEqual(['UP', 'PRESSES 1']);
  });

  it('the web faceplate switches the power', async () => {
    const { fob, page } = await opening();
    const power = page.getByRole('switch', { name: 'Power', checked: true });
    await power.click();
    await page.getByRole('switch', { name: 'Power', checked: false }).waitFor();
    expect(fob.powered).toBe(false);
    await says(page, 'The power is off.');
    await expect.poll(async () => (await canvasPixels(page)).pixels.every(pixel => pixel === 0)).toBe(true);
    await page.getByRole('switch', { name: 'Power', checked: false }).click();
    await power.waitFor();
    expect(fob.powered).toBe(true);
    await says(page, 'UP\nPRESSES 0');
  });

  it('the web faceplate offers the text of the display for reading', async () => {
    const { page } = await opening();
    const words = page.locator('#words');
    expect(await words.isVisible()).toBe(false);
    await page.getByText('Display as text').click();
    expect(await words.isVisible()).toBe(true);
    await expect.poll(() => words.textContent()).toBe('UP\nPRESSES 0');
  });

  it('the web faceplate names everything for a screen reader, and works by Tab alone', async () => {
    const { page } = await opening();
    await expect
      .poll(() => page.locator('main').ariaSnapshot())
      .toBe(
        [
          '- main:',
          '  - heading "Passfob simulator" [level=1]',
          '  - region "Simulated fob":',
          '    - img "Display of the fob"',
          '    - button "Button"',
          '  - switch "Power" [checked]',
          '  - paragraph: Click the button, or focus it and press Space or Enter. Keep it down to hold it.',
          '  - group: Display as text',
          '  - status',
          '  - region "Inside the fob":',
          ...['Wire', 'Memories', 'In use', 'Power, clock and faults', 'Recording and replay'].flatMap(
            name => ['    - group:', `      - heading "${name}" [level=2]`],
          ),
          '    - status',
          '  - status: UP PRESSES 0',
        ].join('\n'),
      );
    const reached: string[] = [];
    for (let stop = 0; stop < 3; stop++) {
      await page.keyboard.press('Tab');
      reached.push(await page.evaluate(() => document.activeElement?.textContent ?? ''));
    }
    expect(reached).toEqual(['Button', 'Power', 'Display as text']);
    const outline = await page
      .locator('.desk summary')
      .evaluate(summary => getComputedStyle(summary).outlineStyle);
    expect(outline).toBe('solid');
  });

  it('the web faceplate fits a phone, with each pixel of the display a whole number of the phone’s', async () => {
    for (const [width, scale] of [
      [360, 2],
      [320, 2],
    ] as const) {
      const { page } = await opening({
        viewport: { width, height: 700 },
        deviceScaleFactor: 3,
        isMobile: true,
      });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      const box = await page.locator('canvas').boundingBox();
      expect(((box?.width ?? 0) * 3) % 128).toBe(0);
      expect((box?.width ?? 0) / 128).toBeGreaterThanOrEqual(scale);
    }
  });

  it('the web faceplate keeps still for people who prefer less motion', async () => {
    const { page } = await opening({ reducedMotion: 'reduce' });
    const durations = await page
      .locator('.key, .track')
      .evaluateAll(parts => parts.map(part => getComputedStyle(part).transitionDuration));
    expect([...new Set(durations)]).toEqual(['0s']);
  });

  it('the web faceplate keeps the display readable where the system forces its own colours', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const { fob, page } = await opening({ forcedColors: 'active', colorScheme });
      await expect.poll(() => fob.screen().on).toBe(true);
      await expect.poll(async () => (await canvasPixels(page)).pixels.includes(1)).toBe(true);
      const { data, channels } = decode(await page.locator('canvas').screenshot());
      const lights = Array.from({ length: data.length / channels }, (_, at) =>
        luminance(data[at * channels] ?? 0, data[at * channels + 1] ?? 0, data[at * channels + 2] ?? 0),
      );
      // WCAG 2.2, 1.4.6: seven to one.
      expect((extremes(lights, Math.max) + 0.05) / (extremes(lights, Math.min) + 0.05)).toBeGreaterThan(7);
    }
  });

  it('the web faceplate differs by day and by night', async () => {
    const inks: string[] = [];
    for (const colorScheme of ['light', 'dark'] as const) {
      const { page } = await opening({ colorScheme });
      inks.push(await page.locator('body').evaluate(body => getComputedStyle(body).color));
    }
    expect(inks).toEqual(['rgb(29, 33, 38)', 'rgb(230, 233, 238)']);
  });

  it('the web faceplate says when the simulator is gone, and connects to the next one on its port', async () => {
    // No other program gets it in between.
    const port = await freePort();
    const { face, page } = await opening({}, port);
    await face.close();
    await page.getByText('The simulator does not answer.').waitFor();
    expect(await button(page).isDisabled()).toBe(true);
    const fob = bootTestFob('real');
    const next = await webFaceplate({ fob, clock: 'real', fronts: [], quit() {} }, port);
    onTestFinished(() => next.close());
    await expect.poll(() => button(page).isEnabled()).toBe(true);
    expect(await page.getByText('The simulator does not answer.').count()).toBe(0);
  });

  it('the web faceplate works in a frame of a page on another port', async () => {
    const { face, page } = await opening();
    const outer = await listening((_request, response) => {
      response
        .setHeader('content-type', 'text/html')
        .end(`<iframe src="${face.url}" width="500" height="700"></iframe>`);
    });
    await page.goto(outer.replace('127.0.0.1', 'localhost'));
    const frame = page.frameLocator('iframe');
    await frame.getByRole('button', { name: 'Button' }).click({ delay: 80 });
    await expect.poll(() => frame.locator('#speech').textContent()).toBe('UP\nPRESSES 1');
    // The panels for developers are on the page of its own.
    expect(await frame.locator('.panels').count()).toBe(0);
  });
});
