import { expect, it, onTestFinished } from 'vitest';
import { describeNeeds, needsTool } from '../../kit/tools.ts';
import { launched, opened } from '../../system/faceplates/faceplate-page.ts';
import { run } from './kit.ts';

/** A red square, and the words for the touches. */
const IMAGE =
  'function say(t) { g.clear(true).setColor(0xf800).fillRect(0, 0, 9, 9).setFont("6x8", 2).drawString(t, 20, 40).flip() }' +
  'Bangle.on("touch", (b, xy) => say(xy.y < 88 ? "above" : "below")); Bangle.on("swipe", x => say(x > 0 ? "right" : "left")); say("none")';

describeNeeds(needsTool('chromium'), 'page of a fob with four keys', executablePath => {
  it('the Bangle faceplate shows the colours of its display, and has a button for every touch', async () => {
    const browser = await launched(executablePath);
    onTestFinished(() => browser.close());
    // With a real clock: its display goes off by itself.
    const fob = run(IMAGE, { board: 'banglejs2', clock: 'real' });
    onTestFinished(() => fob.close());
    const { page } = await opened(browser, { fob, clock: 'real' });
    const words = page.locator('#words');
    await words.getByText('none').waitFor({ state: 'attached' });
    const pixels = await page.locator('canvas').evaluate(canvas => {
      if (!(canvas instanceof HTMLCanvasElement)) throw new Error('no canvas');
      const context = canvas.getContext('2d');
      const at = (x: number, y: number) => Array.from(context?.getImageData(x, y, 1, 1).data ?? []);
      return { width: canvas.width, red: at(0, 0), dark: at(100, 100) };
    });
    expect(pixels).toEqual({ width: 176, red: [255, 0, 0, 255], dark: [0, 0, 0, 0] });
    for (const [name, word] of [
      ['Tap on the lower half', 'below'],
      ['Tap on the upper half', 'above'],
      ['Swipe to the right', 'right'],
    ] as const) {
      await page.getByRole('button', { name }).click();
      await page.waitForFunction(text => document.querySelector('#words')?.textContent === text, word);
    }
  });
});
