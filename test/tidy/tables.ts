/**
 * Returns the rows of the table that follows the comment `<!-- marker -->` in a document; undefined where there is
 * none.
 *
 * @param skip rows left out at the start: 2 for the heading and the line under it
 */
export function tableAfter(marker: string, document: string | undefined, skip = 2): string[][] | undefined {
  const start = document?.indexOf(`<!-- ${marker} -->`) ?? -1;
  if (document === undefined || start < 0) return undefined;
  const lines = document.slice(start).split('\n').slice(1);
  const from = lines.findIndex(line => line.startsWith('|'));
  const table = lines.slice(from);
  const length = table.findIndex(line => !line.startsWith('|'));
  return table.slice(skip, length < 0 ? undefined : length).map(line =>
    line
      .replace(/^\||\|\s*$/g, '')
      .split(/(?<!\\)\|/)
      .map(cell => cell.trim()),
  );
}
