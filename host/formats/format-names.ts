/** Formats by their names on the command line. */
export const FORMAT_NAMES = [
  'uri',
  'qr',
  'pskc',
  'aegis',
  '2fas',
  'bitwarden',
  'freeotp',
  'csv',
  'oath',
] as const;
export type FormatName = (typeof FORMAT_NAMES)[number];
