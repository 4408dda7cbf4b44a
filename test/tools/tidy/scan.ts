import { countBelow } from './files.ts';

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

/** Whatever is not plain code begins with one of these; braces are counted. */
const NOT_PLAIN = /[/'"`{}]/g;
/** More than the longest word before a `/`. */
const LOOK_BACK_CHARS = 200;

class Scanner {
  private at = 0;
  /** The scanned code up to `taken`. */
  private code = '';
  private taken = 0;
  private readonly strings: { start: number; value: string }[] = [];
  private readonly source: string;

  constructor(source: string) {
    this.source = source;
  }

  scan(): Scan {
    this.block();
    this.strings.sort((one, other) => one.start - other.start);
    this.take(this.source.length);
    return { code: this.code, strings: this.strings };
  }

  /** Scans code up to the `}` that closes it, or to the end of the file. */
  private block(): void {
    for (let depth = 0; ; ) {
      NOT_PLAIN.lastIndex = this.at;
      this.at = NOT_PLAIN.exec(this.source)?.index ?? this.source.length;
      if (this.at === this.source.length) return;
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

  /** Takes the source up to a place into the code as it is. */
  private take(to: number): void {
    this.code += this.source.slice(this.taken, to);
    this.taken = Math.max(to, this.taken);
  }

  private blank(from: number, to: number): void {
    this.take(from);
    const lines = this.source.slice(from, to).split('\n');
    this.code += lines.map(line => ' '.repeat(line.length)).join('\n');
    this.taken = Math.max(to, this.taken);
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
    this.take(this.at);
    const before = this.code.slice(-LOOK_BACK_CHARS).trimEnd();
    if (before === '' || BEFORE_EXPRESSION.test(before)) return true;
    return !/[\w$)\]}'"`]$/.test(before);
  }
}

/** By source: every rule looks at every file. */
const scans = new Map<string, Scan>();

/** Splits `source` up. Assumes formatted code: it is no parser and does not find faults. */
export function scan(source: string): Scan {
  const known = scans.get(source) ?? new Scanner(source).scan();
  scans.set(source, known);
  return known;
}

const BRACKET = /[([{}\])]/g;

/** The brackets of scanned code: the place of each, and for each pair the one at the other end. */
interface Brackets {
  readonly code: string;
  readonly partner: ReadonlyMap<number, number>;
  /** Places of all brackets, and which one is open behind each; -1 at the top. */
  readonly places: readonly number[];
  readonly openBehind: readonly number[];
}

function bracketsOf(code: string): Brackets {
  const partner = new Map<number, number>();
  const places: number[] = [];
  const openBehind: number[] = [];
  const open: number[] = [];
  for (const { 0: bracket, index } of code.matchAll(BRACKET)) {
    if ('([{'.includes(bracket)) open.push(index);
    else {
      const opening = open.pop();
      if (opening !== undefined) partner.set(opening, index);
    }
    places.push(index);
    openBehind.push(open.at(-1) ?? -1);
  }
  return { code, partner, places, openBehind };
}

/** Of the code that was asked about last: callers ask many times about one file. */
let last = bracketsOf('');

function brackets(code: string): Brackets {
  if (last.code !== code) last = bracketsOf(code);
  return last;
}

/** Returns the place of the bracket that closes the one at `open` in scanned code, or -1. */
export function closing(code: string, open: number): number {
  return brackets(code).partner.get(open) ?? -1;
}

/** Returns the place of the bracket that is open around `from` in scanned code, or -1 at the top. */
export function enclosing(code: string, from: number): number {
  const { places, openBehind } = brackets(code);
  return openBehind[countBelow(places, from) - 1] ?? -1;
}
