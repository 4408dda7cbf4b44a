/** Returns an id that every database accepts in a query: the id itself, or an empty one, which no row has. */
export function searchableId(given: string): string {
  return /^[0-9a-f-]+$/.test(given) ? given : '';
}
