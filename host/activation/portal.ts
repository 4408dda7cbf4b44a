/** What the activation page and the script on it agree on: the page brings all words, the script shows them. */

/** The parts of the page of which the script shows one at a time, each with the id of its element. */
export type PortalPart = 'alone' | 'enter' | 'elsewhere' | 'unable' | 'ready' | 'run' | 'done' | 'failed';

/** The words that the script puts in; `{…}` is filled. */
export interface PortalTexts {
  /** The string cannot be used: it is not whole, or of a later version. */
  readonly badString: string;
  readonly elsewhere: string;
  readonly noQr: string;
  readonly badImage: string;
  readonly noCamera: string;
  readonly looking: string;
  readonly found: string;
  readonly qrLabel: string;
  readonly connecting: string;
  readonly reconnecting: string;
  readonly codeSent: string;
  readonly codeWished: string;
  readonly wrongCode: string;
  readonly startOver: string;
  readonly unplugged: string;
  /** The service cannot be reached, or something went wrong here. */
  readonly silent: string;
  readonly failed: string;
  readonly problems: Readonly<Record<'notChosen' | 'busy' | 'forbidden' | 'failed', string>>;
  readonly user: string;
  readonly expected: string;
}
