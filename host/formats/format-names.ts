/** Formats by their names on the command line: lists, makers and servers of tokens, then apps. */
export const FORMAT_NAMES = [
  'uri',
  'qr',
  'pskc',
  'csv',
  'oath',
  'safenet',
  'safeword',
  'aegis',
  '2fas',
  'andotp',
  'bitwarden',
  'duo',
  'freeotp',
  'keepass',
  'lastpass',
  'proton',
  'raivo',
  'stratum',
] as const;
export type FormatName = (typeof FORMAT_NAMES)[number];
