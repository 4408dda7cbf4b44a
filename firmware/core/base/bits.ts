/** Whether a sum of bits has the one of a number: not 0 if so. The build replaces each call with the comparison. */
export function has(bits: number, number: number): number {
  return (bits >> number) & 1;
}
