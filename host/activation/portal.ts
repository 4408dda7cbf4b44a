/** The contract between the activation page and its script: the page contains all texts, the script shows them. */

/** The parts of the page, each with the id of its element. The script shows one at a time. */
export type PortalPart = 'alone' | 'enter' | 'elsewhere' | 'unable' | 'ready' | 'run' | 'done' | 'failed';

/** The texts that the script inserts; it fills `{…}`. */
export interface PortalTexts {
  /** The string is incomplete, or of a later version. */
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
  /** The service cannot be reached, or something failed on this page. */
  readonly silent: string;
  readonly failed: string;
  readonly problems: Readonly<Record<'notChosen' | 'busy' | 'forbidden' | 'failed', string>>;
  readonly user: string;
  readonly expected: string;
}
