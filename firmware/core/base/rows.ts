/** Numbers and texts of a table whose rows have names. Only the build calls these: see `EVALUATED` in firmware/build. */

type Rows<Row> = Readonly<Record<string, Row>>;

/** Returns the number of each row, from 0. */
export function numbersOf<Name extends string>(rows: Readonly<Record<Name, object>>): Record<Name, number> {
  const numbers = {} as Record<Name, number>;
  let number = 0;
  for (const name in rows) numbers[name] = number++;
  return numbers;
}

/** Returns the texts of a column, with a separator between two rows. */
export function textOf<Row>(rows: Rows<Row>, column: keyof Row, separator: string): string {
  const texts: string[] = [];
  for (const name in rows) texts.push(`${(rows[name] as Row)[column]}`);
  return texts.join(separator);
}

/** Returns the sum of a bit for each row that has the property: the bit of the row's number. */
export function bitsOf<Row>(rows: Rows<Row>, property: keyof Row): number {
  let bits = 0;
  let bit = 1;
  for (const name in rows) {
    if ((rows[name] as Row)[property]) bits |= bit;
    bit <<= 1;
  }
  return bits;
}
