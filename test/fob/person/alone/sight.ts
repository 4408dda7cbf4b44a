/** The sight of a person: text to read, fields to fill in, and buttons. */
export interface Sight {
  /** In reading order. */
  readonly paragraphs: readonly string[];
  readonly fields: readonly Field[];
  readonly buttons: readonly Button[];
  /** Changes when the whole page is loaded again. */
  readonly page: number;
  /** Changes whenever anything is shown again, though it may read the same. */
  readonly shownAs: string;
}

export interface Field {
  readonly label: string;
  /** The text beside it. */
  readonly hint: string;
  readonly form: number;
}

export interface Button {
  readonly name: string;
  readonly form: number;
}

/** A mail, a page in a browser, or a window with a command line in it. */
export interface Scene {
  look(): Promise<Sight>;
  fill(label: string, value: string): Promise<void>;
  press(button: string): Promise<void>;
  /**
   * Follows a link.
   * @returns false where there is none with these words
   */
  goBy(link: RegExp): Promise<boolean>;
}
