import type { Page } from 'playwright-core';
import type { Scene, Sight } from './sight.ts';

/** A page in a real browser, as a person reads it: by its words, and never by names or addresses in its markup. */
export class WebPage implements Scene {
  readonly page: Page;
  #loads = 0;

  constructor(page: Page) {
    this.page = page;
    page.on('load', () => this.#loads++);
  }

  async look(): Promise<Sight> {
    await this.page.waitForLoadState();
    const seen = await this.page.evaluate(readPage);
    return { ...seen, page: this.#loads, shownAs: `${this.#loads} ${JSON.stringify(seen)}` };
  }

  fill(label: string, value: string): Promise<void> {
    return this.page.getByLabel(label, { exact: true }).fill(value);
  }

  press(button: string): Promise<void> {
    return this.page.getByRole('button', { name: button, exact: true }).click();
  }

  async goBy(link: RegExp): Promise<boolean> {
    const found = this.page.getByRole('link', { name: link });
    if ((await found.count()) !== 1) return false;
    await found.click();
    return true;
  }
}

/** Runs in the page. Text beside a single field or button is its hint; the words of links are no sentences. */
function readPage(): Omit<Sight, 'page' | 'shownAs'> {
  const forms = [...document.querySelectorAll('form')];
  const isSeen = (element: Element) => element.checkVisibility();
  const wordsOf = (element: Element) => {
    const copy = element.cloneNode(true) as Element;
    for (const part of copy.querySelectorAll('a, button, [hidden]')) part.remove();
    return (copy.textContent ?? '').replace(/\s+/g, ' ').trim();
  };
  const hintsOf = (control: Element) =>
    (control.getAttribute('aria-describedby') ?? '').split(' ').flatMap(id => {
      const hint = document.getElementById(id);
      // A refusal is for every reader, and not for the field alone.
      return hint === null || hint.getAttribute('role') === 'alert' ? [] : [hint];
    });
  const controls = [...document.querySelectorAll('input:not([type=hidden]), textarea, select, button')];
  const hints = new Set<Element>(controls.flatMap(hintsOf));
  const formOf = (control: Element) => forms.findIndex(form => form.contains(control));
  const texts = 'p, li, [role=status], [role=alert], .message';
  const paragraphs = [...document.querySelectorAll<HTMLElement>(texts)]
    .filter(one => isSeen(one) && !hints.has(one) && one.querySelector(texts) === null)
    .map(wordsOf)
    .filter(text => text !== '');
  const fields = [...document.querySelectorAll<HTMLInputElement>('input:not([type=hidden]), textarea')]
    .filter(field => isSeen(field) && field.type !== 'file')
    .map(field => ({
      label: field.labels?.[0] === undefined ? '' : wordsOf(field.labels[0]),
      hint: hintsOf(field).map(wordsOf).join('\n'),
      form: formOf(field),
    }));
  const buttons = [...document.querySelectorAll('button')]
    .filter(isSeen)
    .map(button => ({ name: (button.textContent ?? '').trim(), form: formOf(button) }));
  return { paragraphs, fields, buttons };
}
