const TOKEN = /0x[\da-f_]+|\d[\d_]*(?:\.\d+)?(?:e\d+)?|\w+|<<|[|&~()+*/-]/gi;

type Operator = (x: number, y: number) => number;

/** By precedence, the weakest first. */
const OPERATORS: readonly Readonly<Record<string, Operator>>[] = [
  { '|': (x, y) => x | y },
  { '&': (x, y) => x & y },
  { '<<': (x, y) => x << y },
  { '+': (x, y) => x + y, '-': (x, y) => x - y },
  { '*': (x, y) => x * y, '/': (x, y) => x / y },
];

/** Returns the value of an expression such as `PG | WORD << 8` or `FRAME / 2 - 1`. */
export function evaluate(text: string, names: Readonly<Record<string, number>>): number {
  const tokens = text.match(TOKEN) ?? [];
  let at = 0;
  const level = (depth: number): number => {
    if (depth === OPERATORS.length) return atom();
    let value = level(depth + 1);
    for (;;) {
      const operator = OPERATORS[depth]?.[tokens[at] ?? ''];
      if (operator === undefined) return value;
      at++;
      value = operator(value, level(depth + 1));
    }
  };
  const atom = (): number => {
    const token = tokens[at++] ?? '';
    if (token === '~') return ~atom();
    if (token === '-') return -atom();
    if (token === '(') {
      const value = level(0);
      at++;
      return value;
    }
    const value = /^\d/.test(token) ? Number(token.replaceAll('_', '')) : names[token];
    if (value === undefined) throw new Error(`"${text}": nothing is called "${token}"`);
    return value;
  };
  const value = level(0);
  if (at !== tokens.length) throw new Error(`"${text}" goes on behind "${tokens[at - 1]}"`);
  return value;
}
