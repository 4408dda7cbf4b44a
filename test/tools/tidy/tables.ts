/** Markdown tables, as the documents and their tests write and read them. */

const ESCAPED = /(?<!\\)\|/;

/** Returns a row for each entry. @param right columns of numbers, which are set to the right */
export function tableOf(
  heading: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string {
  const lineOf = (cells: readonly string[]) =>
    `| ${cells.map(cell => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const rule = heading.map((_, column) => (right.includes(column) ? '--:' : '---'));
  return [heading, rule, ...rows].map(lineOf).join('\n');
}

/** Returns the rows of the first table in a text, without its heading; none where there is no table. */
export function rowsOf(text: string): string[][] {
  const lines = text.split('\n');
  const table = lines.slice(lines.findIndex(line => line.startsWith('|')));
  const length = table.findIndex(line => !line.startsWith('|'));
  return table.slice(2, length < 0 ? undefined : length).map(line =>
    line
      .replace(/^\||\|\s*$/g, '')
      .split(ESCAPED)
      .map(cell => cell.trim().replaceAll('\\|', '|')),
  );
}

/** Returns the rows of the table behind the comment `<!-- marker -->`; undefined where there is no such comment. */
export function tableAfter(marker: string, document: string | undefined): string[][] | undefined {
  const [, behind] = document?.split(`<!-- ${marker} -->`) ?? [];
  return behind === undefined ? undefined : rowsOf(behind);
}
