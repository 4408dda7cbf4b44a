/** The contract between the pages that reach a fob and their scripts: a page contains all texts, its script shows them. */

/** The parts of the page, each with the id of its element. The script shows one at a time. */
export type PortalPart = 'alone' | 'enter' | 'elsewhere' | 'unable' | 'ready' | 'run' | 'done' | 'failed';

/** The texts of every page that reaches a fob. */
export interface DeviceTexts {
  readonly unplugged: string;
  readonly problems: Readonly<Record<'notChosen' | 'busy' | 'forbidden' | 'failed', string>>;
}

/** The texts that the script of the page for the care of fobs inserts. */
export interface CarePageTexts extends DeviceTexts {
  readonly connecting: string;
  readonly reconnecting: string;
  readonly reading: string;
  readonly noFob: string;
  readonly other: string;
  readonly gone: string;
  readonly stopped: string;
  readonly silent: string;
  readonly failed: string;
  readonly putOff: string;
}

/** The texts that the script of the activation page inserts; it fills `{…}`. */
export interface PortalTexts extends DeviceTexts {
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
  /** The service cannot be reached, or something failed on this page. */
  readonly silent: string;
  readonly failed: string;
  readonly user: string;
  readonly expected: string;
}
