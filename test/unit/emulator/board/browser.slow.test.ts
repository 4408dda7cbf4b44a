import { readFileSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { built, needsBuilt } from '../../../kit/built.ts';
import { PATIENCE_MS } from '../../../kit/patience.ts';
import { describeNeeds, needsTool } from '../../../kit/tools.ts';
import { needsFirmware } from '../kit/built-board.ts';
import { BLINK } from './programs.ts';

const BUNDLE = 'emulator/dist/browser/emulator.js';
const PAGE = 'http://board.test/';
const HTML =
  '<!doctype html><title>board</title><script type="module">import * as bundle from "./emulator.js"; window.bundle = bundle;</script>';

type Bundle = typeof import('@passfob/emulator/browser');

/** A page without anything but the bundle beside it. */
async function openPage(browser: Browser): Promise<Page> {
  const page = await browser.newPage();
  page.setDefaultTimeout(PATIENCE_MS);
  const module = readFileSync(built(BUNDLE), 'utf8');
  await page.route(`${PAGE}**`, (route, request) =>
    request.url().endsWith('.js')
      ? route.fulfill({ contentType: 'text/javascript', body: module })
      : route.fulfill({ contentType: 'text/html', body: HTML }),
  );
  await page.goto(PAGE);
  await page.waitForFunction(() => 'bundle' in window);
  return page;
}

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

describeNeeds(needsTool('chromium'), 'the virtual board in a web page', executablePath => {
  describeNeeds(needsBuilt(BUNDLE), 'from the bundle', () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
    });
    afterAll(() => browser.close());

    it('a chip runs a program, and a board refuses what is no firmware', async () => {
      const page = await openPage(browser);
      const found = await page.evaluate(program => {
        const { virtualBoard, virtualChip }: Bundle = Reflect.get(window, 'bundle');
        const firmware = Uint8Array.from(atob(program), character => character.charCodeAt(0));
        const chip = virtualChip({ firmware });
        const edges: string[] = [];
        chip.onPin((pin, isHigh) => edges.push(`${pin} ${isHigh} ${Math.round(chip.now)}`));
        chip.advance(2.5);
        try {
          virtualBoard({ firmware: new Uint8Array(9) });
        } catch (error) {
          edges.push(String(error));
        }
        return edges;
      }, base64(BLINK));
      expect(found).toEqual(['B2 true 1', 'B2 false 2', expect.stringContaining('too short')]);
      await page.close();
    });

    describeNeeds(needsFirmware(), "with Espruino's own firmware", paths => {
      it.each(paths)('%s boots to its prompt and computes', async path => {
        const page = await openPage(browser);
        const text = await page.evaluate(
          file => {
            const { virtualBoard }: Bundle = Reflect.get(window, 'bundle');
            const firmware = Uint8Array.from(atob(file), character => character.charCodeAt(0));
            const board = virtualBoard({ firmware, crystal: false });
            let printed = '';
            board.link.onData(bytes => {
              printed += new TextDecoder().decode(bytes);
            });
            board.advance(2_000);
            board.link.write(new TextEncoder().encode('print(6*7)\n'));
            board.advance(200);
            board.close();
            return printed;
          },
          base64(new Uint8Array(readFileSync(path))),
        );
        expect(text).toContain('\r\n42\r\n');
        await page.close();
      });
    });
  });
});
