/** Formats `issuer: label`, or the part that exists, for messages. */
export function accountName({
  issuer,
  label,
  id,
}: Readonly<Record<'issuer' | 'label' | 'id', string>>): string {
  return [issuer, label].filter(part => part !== '').join(': ') || id;
}

/** Says that a fob holds several accounts of one name. @param ids of those that were there before */
export function namesakeText(ids: readonly string[]): string {
  const before = ids.length === 1 ? 'another account' : `${ids.length} other accounts`;
  return `The fob holds ${before} of this name: ${ids.join(', ')}. Remove any that is no longer used: passfob remove ID`;
}
