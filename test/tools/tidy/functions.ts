import { lineAt } from './files.ts';
import { closing, enclosing, type Scan } from './scan.ts';

/** A function, method or arrow function: its name, its first line and its number of lines. */
export interface FunctionSpan {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
}

const NO_FUNCTION_BEFORE = /(?:^|[^\w$.])(?:if|for(?:\s+await)?|while|switch|catch|with|extends [\w$.]+)\s*$/;

const RETURN_TYPE_BEFORE = /\)\s*:\s*$/;

const TYPE_PREFIX = /(?:\s|[|&]|(?:keyof|readonly|typeof|asserts|unique|infer|new|abstract)\b)*/y;
const TYPE_INFIX = /\s*(?:[|&.?]|=>|(?:is|extends)\b)/y;
const WORD = /[\w$]+/y;
const ANNOTATION = /\s*:/y;
const ARROW = /\s*=>\s*/y;
const BRACE = /\s*(?:=>\s*)?\{/y;
/** More than any word and white space that tell what comes behind them. */
const LOOK_BACK_CHARS = 300;

function lengthOf(pattern: RegExp, code: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(code)?.[0].length ?? 0;
}

/** Returns the end of one operand of a type (`A<B>[]`, `{ … }`, `'text'`), or -1 where none starts at `from`. */
function operandEnd(code: string, from: number): number {
  const first = code.charAt(from);
  let at = from + lengthOf(WORD, code, from);
  if (first !== '' && '{(['.includes(first)) at = closing(code, from) + 1;
  if (first === "'" || first === '"' || first === '`') at = code.indexOf(first, from + 1) + 1;
  if (at <= from) return -1;
  while (code.charAt(at) === '<' || code.charAt(at) === '[') {
    const end = code.charAt(at) === '<' ? angleEnd(code, at) : closing(code, at) + 1;
    if (end === 0) return -1;
    at = end;
  }
  return at;
}

/** Returns the end of the type written at `from`, or -1 where there is none. */
function typeEnd(code: string, from: number): number {
  for (let at = from; ; ) {
    at = operandEnd(code, at + lengthOf(TYPE_PREFIX, code, at));
    if (at < 0) return -1;
    const infix = code.slice(at, at + lengthOf(TYPE_INFIX, code, at));
    // After a parameter list `=>` continues with a function type; elsewhere it is the arrow of the function itself.
    if (infix === '' || (infix.endsWith('=>') && code.charAt(at - 1) !== ')')) return at;
    at += infix.length;
  }
}

/** Returns the offset after the `>` that closes the `<` at `open`, or 0. */
function angleEnd(code: string, open: number): number {
  for (let at = open, depth = 0; at < code.length; at++) {
    if (code.charAt(at) === '<') depth++;
    else if (code.charAt(at) === '>' && code.charAt(at - 1) !== '=' && --depth === 0) return at + 1;
  }
  return 0;
}

/** Returns the end of the expression that starts at `from`: its comma, semicolon or the bracket around it. */
function expressionEnd(code: string, from: number): number {
  let at = from;
  while (at < code.length) {
    const char = code.charAt(at);
    if (',;)]}'.includes(char)) return at - 1;
    at = '([{'.includes(char) ? closing(code, at) + 1 : at + 1;
    if (at === 0) return code.length - 1;
  }
  return at - 1;
}

/**
 * Returns the end of the body that belongs to a parameter list closed at `close`, or -1 where it is no function's.
 */
function bodyEnd(code: string, close: number): number {
  let at = close + 1;
  const annotation = lengthOf(ANNOTATION, code, at);
  if (annotation > 0) at = typeEnd(code, at + annotation);
  if (at < 0) return -1;
  const arrow = lengthOf(ARROW, code, at);
  const brace = lengthOf(BRACE, code, at);
  if (brace > 0) return closing(code, at + brace - 1);
  return arrow === 0 ? -1 : expressionEnd(code, at + arrow);
}

/** Returns the name of the function whose head is at `open`, from the code before it. */
function nameBefore(code: string, open: number): string {
  const before = code.slice(Math.max(0, open - LOOK_BACK_CHARS), open).replace(/<[^<>()]*>\s*$/, '');
  const own = /(?:function\s*\*?|get|set|async|static|\*)?\s*([\w$#]+)\s*$/.exec(before)?.[1];
  if (own !== undefined && !/^(function|async|return|case|in|of|await)$/.test(own)) return own;
  return (
    /([\w$#]+)\s*(?::[^=;{}()]*)?[=:]\s*(?:async\s*)?(?:function\s*\*?\s*)?(?:async\s*)?$/.exec(
      before,
    )?.[1] ?? 'anonymous'
  );
}

/** Returns the place of the last character before `at` that is no white space, or -1. */
function endBefore(code: string, at: number): number {
  let end = at - 1;
  while (end >= 0 && code.charAt(end).trim() === '') end--;
  return end;
}

/** Whether the function at `start` is the body of a `describe`, which groups tests and is no function to a reader. */
function isTestGroup(code: string, start: number): boolean {
  let open = enclosing(code, start);
  if (open < 0 || code.charAt(open) !== '(') return false;
  for (let end = endBefore(code, open); code.charAt(end) === ')'; end = endBefore(code, open))
    open = enclosing(code, end);
  return /\bdescribe\w*(\.\w+)*\s*$/.test(code.slice(Math.max(0, open - LOOK_BACK_CHARS), open));
}

/** The name is looked for when somebody asks, which is about one of thousands. */
function spanOf(code: string, start: number, end: number): FunctionSpan {
  const line = lineAt(code, start);
  return {
    get name() {
      return nameBefore(code, start);
    },
    line,
    lines: lineAt(code, end) - line + 1,
  };
}

/** Returns every function in scanned code, except groups of tests; a function inside another counts in both. */
export function functionsIn({ code }: Scan): FunctionSpan[] {
  const spans: FunctionSpan[] = [];
  for (let open = code.indexOf('('); open >= 0; open = code.indexOf('(', open + 1)) {
    const close = closing(code, open);
    const before = code.slice(Math.max(0, open - 80), open);
    if (close < 0 || NO_FUNCTION_BEFORE.test(before) || RETURN_TYPE_BEFORE.test(before)) continue;
    const end = bodyEnd(code, close);
    if (end < 0 || isTestGroup(code, open)) continue;
    spans.push(spanOf(code, open, end));
  }
  for (const arrow of code.matchAll(/(?:^|[^\w$.])(?:async\s+)?([\w$]+)\s*=>\s*/g)) {
    const start = arrow.index + arrow[0].search(/[\w$]/);
    if (
      RETURN_TYPE_BEFORE.test(code.slice(Math.max(0, start - LOOK_BACK_CHARS), start)) ||
      isTestGroup(code, start)
    )
      continue;
    const body = arrow.index + arrow[0].length;
    const end = code.charAt(body) === '{' ? closing(code, body) : expressionEnd(code, body);
    spans.push(spanOf(code, start, end));
  }
  return spans;
}
