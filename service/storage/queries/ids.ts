/** An id as it may be looked for: not every database takes every text. @returns it, or what is nothing's id */
export function searchableId(given: string): string {
  return /^[0-9a-f-]+$/.test(given) ? given : '';
}
