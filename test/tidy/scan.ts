/** TypeScript split up as far as the rules need it; every part keeps its place in the source. */
export interface Scan {
  /** The source with comments, string contents, template text and regular expressions blanked. */
  readonly code: string;
  /** String literals and templates as written: the place of the opening quote, and the content. */
  readonly strings: readonly { start: number; value: string }[];
}

/** After these a `/` starts a regular expression; after any other word, a number or a closing bracket it divides. */
const BEFORE_EXPRESSION =
  /(?:^|[^\w$.])(?:return|typeof|case|in|of|delete|void|throw|new|else|do|await|yield|instanceof|default)$/;

class Scanner {
  private at = 0;
  private readonly code: string[];
  private readonly strings: { start: number; value: string }[] = [];
  private readonly source: string;

  constructor(source: string) {
    this.source = source;
    this.code = source.split('');
  }

  scan(): Scan {
    this.block();
    this.strings.sort((one, other) => one.start - other.start);
    return { code: this.code.join(''), strings: this.strings };
  }

  /** Scans code up to the `}` that closes it, or to the end of the file. */
  private block(): void {
    for (let depth = 0; this.at < this.source.length; ) {
      const char = this.source.charAt(this.at);
      const pair = this.source.slice(this.at, this.at + 2);
      if (pair === '//') this.comment(this.source.indexOf('\n', this.at));
      else if (pair === '/*') this.comment(this.source.indexOf('*/', this.at + 2) + 2);
      else if (char === "'" || char === '"') this.string(char);
      else if (char === '`') this.template();
      else if (char === '/' && this.startsRegularExpression()) this.regularExpression();
      else {
        if (char === '{') depth++;
        if (char === '}' && depth-- === 0) return;
        this.at++;
      }
    }
  }

  private blank(from: number, to: number): void {
    for (let at = from; at < to; at++) if (this.code[at] !== '\n') this.code[at] = ' ';
  }

  private comment(end: number): void {
    const to = end < this.at + 2 ? this.source.length : end;
    this.blank(this.at, to);
    this.at = to;
  }

  private string(quote: string): void {
    const start = this.at++;
    while (this.at < this.source.length && this.source.charAt(this.at) !== quote) this.skipCharacter();
    this.strings.push({ start, value: this.source.slice(start + 1, this.at) });
    this.blank(start + 1, this.at);
    this.at++;
  }

  private template(): void {
    const start = this.at++;
    let text = this.at;
    while (this.at < this.source.length && this.source.charAt(this.at) !== '`') {
      if (this.source.startsWith('${', this.at)) {
        this.blank(text, this.at);
        this.at += 2;
        this.block();
        text = ++this.at;
      } else this.skipCharacter();
    }
    this.blank(text, this.at);
    this.strings.push({ start, value: this.source.slice(start + 1, this.at) });
    this.at++;
  }

  private regularExpression(): void {
    const start = this.at++;
    for (let inClass = false; this.at < this.source.length; ) {
      const char = this.source.charAt(this.at);
      if (char === '[') inClass = true;
      if (char === ']') inClass = false;
      if (char === '/' && !inClass) break;
      this.skipCharacter();
    }
    this.blank(start + 1, this.at);
    this.at++;
  }

  private skipCharacter(): void {
    this.at += this.source.charAt(this.at) === '\\' ? 2 : 1;
  }

  private startsRegularExpression(): boolean {
    const before = this.code
      .slice(Math.max(0, this.at - 200), this.at)
      .join('')
      .trimEnd();
    if (before === '' || BEFORE_EXPRESSION.test(before)) return true;
    return !/[\w$)\]}'"`]$/.test(before);
  }
}

/** Splits `source` up. Assumes formatted code: it is no parser and does not find faults. */
export function scan(source: string): Scan {
  return new Scanner(source).scan();
}

const OPENING = '([{';
const CLOSING = ')]}';

/** Returns the place of the bracket that closes the one at `open` in scanned code, or -1. */
export function closing(code: string, open: number): number {
  for (let at = open, depth = 0; at < code.length; at++) {
    if (OPENING.includes(code.charAt(at))) depth++;
    else if (CLOSING.includes(code.charAt(at)) && --depth === 0) return at;
  }
  return -1;
}

/** Returns the place of the bracket that is open around `from` in scanned code, or -1 at the top. */
export function enclosing(code: string, from: number): number {
  for (let at = from - 1, depth = 0; at >= 0; at--) {
    if (CLOSING.includes(code.charAt(at))) depth++;
    else if (OPENING.includes(code.charAt(at)) && depth-- === 0) return at;
  }
  return -1;
}
