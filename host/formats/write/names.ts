/** An option that only some formats have, by its name on the command line. */
export type FormatOption = 'realm' | 'factor-profile';

/** What the command line has to know of a format of files that hand on seeds. */
interface OutFormatFacts {
  /** The usual ending of such files. */
  readonly ending: string;
  /** Whether it can be encrypted; in all others the secrets are readable. */
  readonly isSealed?: true;
  readonly option?: { readonly name: FormatOption; readonly isNeeded: boolean };
}

const FORMATS = {
  pskc: { ending: '.xml', isSealed: true },
  uri: { ending: '.txt' },
  entra: { ending: '.csv' },
  graph: { ending: '.json' },
  okta: { ending: '.json', option: { name: 'factor-profile', isNeeded: true } },
  duo: { ending: '.csv' },
  privacyidea: { ending: '.csv', option: { name: 'realm', isNeeded: false } },
  linotp: { ending: '.csv' },
  oath: { ending: '.oath' },
} as const satisfies Readonly<Record<string, OutFormatFacts>>;

export type OutFormat = keyof typeof FORMATS;

/** The formats by their names on the command line. */
export const OUT_FORMATS: Readonly<Record<OutFormat, OutFormatFacts>> = FORMATS;
export const OUT_FORMAT_NAMES = Object.keys(FORMATS) as OutFormat[];
