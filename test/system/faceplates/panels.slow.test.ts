import { readFileSync } from 'node:fs';
import { recordFob } from '@passfob/simulator/recording/replay/recorder';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { inspect } from '../../kit/axe.ts';
import { describeInChromium } from '../../kit/browser.ts';
import { opened } from './faceplate-page.ts';
import { bootByFacts, testFacts } from './kit.ts';

const FACTS = testFacts(3);
const bootFresh = () => bootByFacts(FACTS);

/** The frame of a `hello`, from the golden bytes of version 1, and its answer. */
const HELLO = '~AYYB5F28fg==\n';
const ANSWER = '~AoYBAAEABlBGAAABBHBpY28FMC4xLjDaZ24G\n';

describeInChromium('the panels on the faceplate page', open => {
  /** A page on a recorded fob with a virtual clock. */
  function recorded(options: BrowserContextOptions = {}) {
    const recorder = recordFob(bootFresh(), FACTS);
    const target = { fob: recorder.fob, recorder, clock: 'virtual', bootAgain: bootFresh } as const;
    return opened(open, target, { viewport: { width: 1440, height: 900 }, ...options });
  }

  const unfold = (page: Page, name: string) => page.getByRole('heading', { name }).click();

  it('the wire is decoded while it passes, and the person’s place on the page survives it', async () => {
    const { fob, page, complaints } = await recorded();
    await unfold(page, 'Wire');
    fob.link.write(Buffer.from(HELLO));
    fob.advance(10);
    const rows = page.locator('tbody tr');
    await expect.poll(() => rows.count()).toBeGreaterThan(0);
    await expect.poll(() => rows.last().textContent()).toMatch(/to the fobUSB.*hello/);
    const key = page.getByLabel('Pairing key of a test fob');
    await key.fill('12');
    await page.getByRole('button', { name: 'Save the trace' }).focus();
    const before = await rows.count();
    fob.link.write(Buffer.from(ANSWER));
    fob.advance(10);
    await expect.poll(() => rows.count()).toBeGreaterThan(before);
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Save the trace');
    expect(await key.inputValue()).toBe('12');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save the trace' }).click(),
    ]);
    const file = readFileSync(await download.path());
    expect(download.suggestedFilename()).toBe('fob.pcapng');
    // The section header of pcapng.
    expect(file.subarray(0, 4).toString('hex')).toBe('0a0d0d0a');
    expect(file.includes(HELLO)).toBe(true);
    expect(complaints).toEqual([]);
  });

  it('a pasted key leaves the page’s fields, and the page says that it has one', async () => {
    const { page } = await recorded();
    await unfold(page, 'Wire');
    const key = page.getByLabel('Pairing key of a test fob');
    await key.fill('ab'.repeat(32));
    await key.press('Enter');
    await page.getByRole('button', { name: 'Forget the key' }).waitFor();
    expect(await key.inputValue()).toBe('');
    expect(await page.content()).not.toContain('abab');
    await page.getByRole('button', { name: 'Forget the key' }).click();
    await page.getByText('The key is forgotten.').waitFor();
  });

  it('time, power and parts are changed by buttons, and refusals are shown in words', async () => {
    const { fob, page } = await recorded();
    await unfold(page, 'Power, clock and faults');
    const start = fob.now();
    await page.getByRole('button', { name: 'One day' }).click();
    await expect.poll(() => fob.now() - start).toBe(86_400_000);
    await page.getByText(/^It is 2026-01-02/).waitFor();
    await page.getByRole('switch', { name: 'Display' }).click();
    await page.getByRole('switch', { name: 'Display', checked: false }).waitFor();
    expect(fob.inspect().parts).toMatchObject({ display: false });
    const operations = fob.operations;
    await page.getByLabel('Operation on the memories').fill('1');
    await page.getByRole('button', { name: 'Cut the power' }).click();
    await page.getByText(`The power will be cut in operation ${operations + 1}.`).waitFor();
    fob.press();
    expect(fob.powered).toBe(false);
    const dies = page.getByRole('button', { name: 'Let the clock’s battery die' });
    await dies.and(page.locator(':enabled')).click();
    await page.getByText('The clock has lost its time.').waitFor();
    fob.powerOn();
    await expect.poll(() => dies.isDisabled()).toBe(true);
  });

  it('a recording is saved, loaded again, and shows the same screen on a fob of its own', async () => {
    const { fob, page, complaints } = await recorded();
    for (let press = 0; press < 3; press++) fob.press();
    await unfold(page, 'Recording and replay');
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save the recording' }).click(),
    ]);
    const path = await download.path();
    expect(readFileSync(path, 'utf8')).not.toContain('PRESSES');
    fob.press();
    await page.locator('input[type=file]').setInputFiles(path);
    await page.getByText('The recording has 13 inputs.').waitFor();
    await page.getByRole('button', { name: 'End' }).click();
    const words = page.locator('.words');
    await expect.poll(() => words.textContent()).toBe('UP\nPRESSES 3');
    await page.getByRole('button', { name: 'Start' }).click();
    await expect.poll(() => words.textContent()).toBe('UP\nPRESSES 0');
    expect(fob.screen().text).toEqual(['UP', 'PRESSES 4']);
    await page
      .locator('input[type=file]')
      .setInputFiles({ name: 'no.jsonl', mimeType: 'text/plain', buffer: Buffer.from('{}') });
    await page.getByText('the file is no recording of a simulated fob').waitFor();
    expect(complaints).toEqual([]);
  });

  it('the panels ask for nothing while they are folded', async () => {
    const { page, fob } = await recorded();
    const heard: string[] = [];
    page.on('websocket', socket => socket.on('framereceived', ({ payload }) => heard.push(String(payload))));
    await page.reload();
    await page.getByRole('button', { name: 'Button' }).and(page.locator(':enabled')).waitFor();
    fob.press();
    await unfold(page, 'Memories');
    await expect.poll(() => heard.some(text => text.includes('"event":"inside"'))).toBe(true);
    await expect.poll(() => page.getByText('Most writes: page 0').count()).toBe(1);
    expect(heard.some(text => text.includes('"event":"wire"'))).toBe(false);
  });

  it('the panels have no finding of axe by day and by night, and fit a wide window and a phone', async () => {
    const { fob, page } = await recorded();
    for (const summary of await page.locator('.panel > summary').all()) await summary.click();
    fob.link.write(Buffer.from(HELLO));
    fob.press();
    await expect.poll(() => page.locator('tbody tr').count()).toBeGreaterThan(3);
    await expect.poll(() => page.getByText('Most writes').count()).toBe(1);
    expect(await inspect(page)).toEqual([]);
    await page.setViewportSize({ width: 1440, height: 900 });
    const [fobBox, panelBox] = [
      await page.locator('.fob').boundingBox(),
      await page.locator('.panels').boundingBox(),
    ];
    expect((fobBox?.x ?? 0) + (fobBox?.width ?? 0)).toBeLessThan(panelBox?.x ?? 0);
    await page.setViewportSize({ width: 390, height: 844 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    expect((await page.locator('.fob').boundingBox())?.y).toBeLessThan(
      (await page.locator('.panels').boundingBox())?.y ?? 0,
    );
  });
});
