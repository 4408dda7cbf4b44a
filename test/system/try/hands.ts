import type { BrowserContext, FrameLocator, Page } from 'playwright-core';
import { type BidiElement, BidiFirefox } from '../../kit/bidi.ts';
import { startChromium } from '../../kit/browser.ts';
import { PATIENCE_MS } from '../../kit/patience.ts';

/** Hands and eyes of a person at the try page, in one browser or the other. Everything happens inside its frame. */
export interface Hands {
  /** Returns the text of an element, whether it is visible or not; empty if there is none. */
  text(selector: string): Promise<string>;
  /** Clicks the first button of that name. */
  click(name: string): Promise<void>;
  /** Types into the first field with that label. */
  fill(label: string, text: string): Promise<void>;
  /** Keeps the first fob's key down for a time. */
  keyDown(ms: number): Promise<void>;
  /** Evaluates the source of a function in the frame, and returns its text. */
  call(source: string, ...args: readonly string[]): Promise<unknown>;
  /** When the whole page began to load, ms since 1970. */
  began(): Promise<number>;
  close(): Promise<void>;
}

/** A browser that opens the page. */
export interface Opener {
  /** Runs a function in every frame opened from now on, before the page's own script. */
  preload(source: string): Promise<void>;
  open(url: string): Promise<Hands>;
  end(): Promise<void>;
}

const KEY = '.key';
const exactly = (text: string) => new RegExp(`^${text.replaceAll(/[()]/g, '\\$&')}$`);
const pause = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

export interface ChromiumOpener extends Opener {
  readonly context: BrowserContext;
}

/** @param isOffline whether the browser refuses every network, this computer's included */
export async function openChromium(executablePath: string, isOffline: boolean): Promise<ChromiumOpener> {
  const browser = await startChromium(executablePath);
  const context = await browser.newContext();
  await context.setOffline(isOffline);
  return {
    context,
    preload: async source => void (await context.addInitScript(`(${source})()`)),
    async open(url) {
      const page = await context.newPage();
      page.setDefaultTimeout(PATIENCE_MS);
      await page.goto(url);
      return chromiumHands(page);
    },
    end: () => browser.close(),
  };
}

export function chromiumHands(page: Page): Hands {
  const frame: FrameLocator = page.frameLocator('iframe');
  const inside = () => {
    const found = page.frames()[1];
    if (found === undefined) throw new Error('the page has no frame');
    return found;
  };
  return {
    text: async selector => (await frame.locator(selector).first().textContent()) ?? '',
    click: name =>
      frame
        .locator('button')
        .filter({ hasText: exactly(name), visible: true })
        .first()
        .click(),
    fill: (label, text) => frame.getByLabel(label).first().fill(text),
    async keyDown(ms) {
      await frame.locator(KEY).first().hover();
      await page.mouse.down();
      await pause(ms);
      await page.mouse.up();
    },
    call: (source, ...args) =>
      inside().evaluate(`(${source})(${args.map(arg => JSON.stringify(arg)).join()})`),
    began: () => page.evaluate('performance.timeOrigin'),
    close: () => page.close(),
  };
}

const TEXT = 'selector => document.querySelector(selector)?.textContent ?? ""';
const BUTTON = `name => {
  const found = [...document.querySelectorAll('button')].find(one => one.textContent.trim() === name && one.offsetParent !== null);
  found?.scrollIntoView({ block: 'center' });
  return found;
}`;
const FIELD = `label => {
  const found = [...document.querySelectorAll('label')].find(one => one.textContent === label);
  const field = document.getElementById(found.htmlFor);
  field.scrollIntoView({ block: 'center' });
  field.value = '';
  field.focus();
}`;
const SCROLL = `selector => {
  const found = document.querySelector(selector);
  found.scrollIntoView({ block: 'center' });
  return found;
}`;

export async function openFirefox(program: string): Promise<Opener> {
  const firefox = await BidiFirefox.start(program);
  return {
    preload: source => firefox.preload(source),
    async open(url) {
      const { tab, frame } = await firefox.open(url);
      const call = (source: string, ...args: readonly string[]) => firefox.call(frame, source, ...args);
      const hover = async (source: string, name: string) => {
        const element = (await call(source, name)) as BidiElement | undefined;
        if (element?.sharedId === undefined) throw new Error(`nothing is named ${name}`);
        await firefox.hover(frame, element);
      };
      return {
        text: async selector => String(await call(TEXT, selector)),
        async click(name) {
          await hover(BUTTON, name);
          await firefox.pointerDown(frame);
          await firefox.pointerUp(frame);
        },
        async fill(label, text) {
          await call(FIELD, label);
          await firefox.type(frame, text);
        },
        async keyDown(ms) {
          await hover(SCROLL, KEY);
          await firefox.pointerDown(frame);
          await pause(ms);
          await firefox.pointerUp(frame);
        },
        call,
        began: async () => Number(await firefox.call(tab, '() => performance.timeOrigin')),
        close: async () => void (await firefox.close(tab)),
      };
    },
    end: () => firefox.end(),
  };
}
