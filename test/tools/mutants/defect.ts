/** A change of one place of the code. */
export interface Change {
  /** What the code then does wrong, as a sentence. */
  readonly name: string;
  /** The file, from the root. */
  readonly file: string;
  /** Text that stands there exactly once, and what takes its place. */
  readonly before: string;
  readonly after: string;
}

/** One deliberate defect, and the test that must fail for it. */
export interface Defect extends Change {
  /** The file of the test, from the root. */
  readonly test: string;
  /** The test's title; of a title with values in it, a part that has none. */
  readonly title: string;
  /** Set if the test boots a built image, which is then built again. */
  readonly image?: true;
}

/**
 * Reads defects from an outline: the test that must catch them, with its title; below it the name of each, its file, and the lines
 * before (`-`) and after (`+`). A row without a file is of the file above it; `(image)` behind a file stands for `image`.
 */
export function defectsOf(outline: string): Defect[] {
  const rows: { name: string; by: string; file: string; before: string[]; after: string[] }[] = [];
  let [by, file] = ['', ''];
  for (const line of outline.split('\n').slice(1, -1)) {
    const row = rows.at(-1);
    if (line.startsWith('    -')) row?.before.push(line.slice(5));
    else if (line.startsWith('    +')) row?.after.push(line.slice(5));
    else if (row && line.startsWith('    ')) row.file = file = line.trim();
    else if (line.startsWith('  ')) rows.push({ name: line.trim(), by, file, before: [], after: [] });
    else by = line;
  }
  return rows.map(row => ({
    name: row.name,
    file: row.file.replace(' (image)', ''),
    before: row.before.join('\n'),
    after: row.after.join('\n'),
    test: row.by.slice(0, row.by.indexOf(': ')),
    title: row.by.slice(row.by.indexOf(': ') + 2),
    ...(row.file.endsWith(' (image)') && { image: true }),
  }));
}

/**
 * Returns a file's text with the defect.
 * @throws where the text to replace does not stand there exactly once: the table is out of date
 */
export function broken({ name, file, before, after }: Change, text: string): string {
  const times = before === '' ? 0 : text.split(before).length - 1;
  if (times !== 1) throw new Error(`"${name}": its text stands ${times} times in ${file}, not once`);
  if (before === after) throw new Error(`"${name}": it changes nothing`);
  return text.replace(before, () => after);
}

/**
 * Returns a text with several defects at once.
 * @throws also where two of them change the same place
 */
export function brokenByAll(defects: readonly Defect[], text: string): string {
  return defects.reduce((changed, defect) => {
    broken(defect, text);
    return broken(defect, changed);
  }, text);
}
