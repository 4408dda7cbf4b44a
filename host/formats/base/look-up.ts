/**
 * Returns what a table has for a name from a file; undefined for every other name, such as `constructor`, which all
 * objects inherit.
 */
export function lookUp<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
