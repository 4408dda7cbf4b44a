import type { Scene, Sight } from './sight.ts';

/** A mail that is read, from its first line to its last. */
export class Mail implements Scene {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  async look(): Promise<Sight> {
    return { paragraphs: this.text.split(/\n{2,}/), fields: [], buttons: [], page: 0, shownAs: this.text };
  }

  async fill(): Promise<void> {
    throw new Error('a mail has no fields');
  }

  async press(): Promise<void> {
    throw new Error('a mail has no buttons');
  }

  async goBy(): Promise<boolean> {
    return false;
  }
}
