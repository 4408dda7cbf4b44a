/** The names that a script declares at its top level. */

export interface Declared {
  /** By `var` or `function`. */
  readonly vars: readonly string[];
  /** By `let`, `const` or `class`. */
  readonly lets: readonly string[];
}

/** A character of a script is a byte. Names come first, since most tokens are names. */
const TOKEN =
  /[A-Za-z$_\x80-\xff][\w$\x80-\xff]*|\d[\w.]*|=>|\+\+|--|"(?:[^"\\\n]|\\[\s\S])*"|'(?:[^'\\\n]|\\[\s\S])*'|\/\/[^\n]*|\/\*[\s\S]*?\*\/|\S/y;
const SPACE = /[^\S\n]*/y;
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\w*/y;

const words = (text: string) => new Set(text.split(' '));
/** After these words a slash begins a regular expression. */
const BEFORE_EXPRESSION = words('return typeof instanceof in of new delete void throw case do else');
const CONTROL = words('if for while switch catch with');
const LISTS = words('var let const');
/** After these a new statement may begin. The empty one is the beginning of the script. */
const BEFORE_STATEMENT = new Set(['', ';', '{', '}', ')', 'else', 'async']);
const ENDS_LIST = words('; ) } ]');

/** A token that may be the end of an expression: a name, a number, a string or a closing bracket. */
function isValueEnd(token: string): boolean {
  return /[\w$\x80-\xff)\]}"'`]$/.test(token);
}

function isName(token: string): boolean {
  return /^[A-Za-z$_\x80-\xff]/.test(token);
}

interface Bracket {
  /** Whether a function's body: nothing in it belongs to the top level. */
  readonly isBody: boolean;
  /** Of a parenthesis: whether it belongs to `if`, `for` and the like. */
  readonly isControl: boolean;
}

/** A list of `var a = 1, b` that is not over yet, and how deep in brackets it stands. */
interface List {
  readonly keyword: string;
  readonly depth: number;
  isNameNext: boolean;
  /** The token before was its last name. */
  isJustNamed: boolean;
}

/** Reads a script that the engine parses, too: on a broken one the answer does not matter. */
class Reader {
  readonly vars = new Set<string>();
  readonly lets = new Set<string>();
  readonly #code: string;
  #at = 0;
  #before = '';
  /** Whether the `function` or `class` before begins a statement: as an expression it keeps its name for itself. */
  #isStatement = false;
  #lineBroke = false;
  readonly #brackets: Bracket[] = [];
  #closed: Bracket | undefined;
  #bodies = 0;
  #list: List | undefined;

  constructor(code: string) {
    this.#code = code;
  }

  read(): void {
    for (let token = this.#next(); token !== ''; token = this.#next()) {
      if (this.#bodies === 0) this.#declare(token);
      this.#bracket(token);
      this.#before = token;
      this.#lineBroke = false;
    }
  }

  /** Returns the next token that is no comment; of a template and a regular expression its first character. */
  #next(): string {
    for (;;) {
      this.#skip(SPACE);
      if (this.#code.charAt(this.#at) === '\n') {
        this.#lineBroke = true;
        this.#at++;
        continue;
      }
      TOKEN.lastIndex = this.#at;
      const token = TOKEN.exec(this.#code)?.[0] ?? '';
      if (token === '`') this.#skipTemplate();
      else if (token === '/' && this.#isRegexNext()) this.#skip(REGEX);
      else this.#at += token.length;
      if (!token.startsWith('//') && !token.startsWith('/*')) return token;
    }
  }

  #skip(pattern: RegExp): void {
    pattern.lastIndex = this.#at;
    this.#at += pattern.exec(this.#code)?.[0].length ?? 1;
  }

  #isRegexNext(): boolean {
    const before = this.#before;
    if (before === ')') return this.#closed?.isControl === true;
    if (before === '++' || before === '--') return false;
    return !isValueEnd(before) || BEFORE_EXPRESSION.has(before);
  }

  /** Templates hold expressions, which declare nothing outside of functions. */
  #skipTemplate(): void {
    let depth = 0;
    for (this.#at++; this.#at < this.#code.length; this.#at++) {
      const character = this.#code.charAt(this.#at);
      if (character === '\\') this.#at++;
      else if (character === '`' && depth === 0) break;
      else if (character === '{' && (depth > 0 || this.#code.charAt(this.#at - 1) === '$')) depth++;
      else if (character === '}' && depth > 0) depth--;
    }
    this.#at++;
  }

  #declare(token: string): void {
    const before = this.#before;
    const isTop = this.#brackets.length === 0;
    if (token === 'function' || token === 'class') {
      this.#isStatement = BEFORE_STATEMENT.has(before) || (this.#lineBroke && isValueEnd(before));
    } else if (this.#isStatement && isName(token)) {
      if (before === 'function') this.vars.add(token);
      else if (before === 'class' && isTop) this.lets.add(token);
    }
    if (this.#list) this.#goOn(this.#list, token, isTop);
    if (LISTS.has(token) && before !== '.') {
      const depth = this.#brackets.length;
      this.#list = { keyword: token, depth, isNameNext: true, isJustNamed: false };
    }
  }

  #goOn(list: List, token: string, isTop: boolean): void {
    const wasNamed = list.isJustNamed;
    list.isJustNamed = false;
    if (list.isNameNext && isName(token)) {
      list.isNameNext = false;
      list.isJustNamed = true;
      if (list.keyword === 'var') this.vars.add(token);
      else if (isTop) this.lets.add(token);
    } else if (token === ',' && this.#brackets.length === list.depth) list.isNameNext = true;
    else if ((wasNamed && (token === 'of' || token === 'in')) || this.#endsList(list, token)) {
      this.#list = undefined;
    }
  }

  #endsList({ depth }: List, token: string): boolean {
    const here = this.#brackets.length;
    if (here !== depth) return here < depth;
    // A line that begins with a name ends the statement before it, unless that went on.
    return ENDS_LIST.has(token) || (this.#lineBroke && isName(token) && isValueEnd(this.#before));
  }

  #bracket(token: string): void {
    if (token === '(') this.#open(false, CONTROL.has(this.#before));
    else if (token === '[') this.#open(false, false);
    else if (token === '{') {
      this.#open(this.#before === '=>' || (this.#before === ')' && this.#closed?.isControl === false), false);
    } else if (token === ')' || token === ']' || token === '}') {
      this.#closed = this.#brackets.pop();
      if (this.#closed?.isBody) this.#bodies--;
    }
  }

  #open(isBody: boolean, isControl: boolean): void {
    this.#brackets.push({ isBody, isControl });
    if (isBody) this.#bodies++;
  }
}

/** Returns what a script declares. A name that is declared in a block by `var` belongs to the top level, too. */
export function declarationsOf(code: string): Declared {
  const reader = new Reader(code);
  reader.read();
  return { vars: [...reader.vars], lets: [...reader.lets].filter(name => !reader.vars.has(name)) };
}
