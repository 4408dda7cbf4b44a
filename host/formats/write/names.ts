/** Files that hand on seeds, by their names on the command line. */
export const OUT_FORMATS = ['pskc', 'uri', 'entra', 'privacyidea', 'linotp', 'oath'] as const;
export type OutFormat = (typeof OUT_FORMATS)[number];

/** Whether the format encrypts the secrets; in all others they are in plain text. */
export function isSealed(format: OutFormat): format is 'pskc' {
  return format === 'pskc';
}
