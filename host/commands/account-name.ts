/** Formats `issuer: label`, or the part that exists, for messages. */
export function accountName({
  issuer,
  label,
  id,
}: Readonly<Record<'issuer' | 'label' | 'id', string>>): string {
  return [issuer, label].filter(part => part !== '').join(': ') || id;
}
