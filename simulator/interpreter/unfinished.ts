const OPENING = '([{';
const CLOSING = ')]}';

/** Where a string, template or comment that begins at `at` ends: behind it, or -1 where it does not end. */
function endOf(source: string, at: number): number {
  const start = source.charAt(at);
  if (source.startsWith('//', at))
    return source.indexOf('\n', at) < 0 ? source.length : source.indexOf('\n', at);
  if (source.startsWith('/*', at)) {
    const end = source.indexOf('*/', at + 2);
    return end < 0 ? -1 : end + 2;
  }
  for (let next = at + 1; next < source.length; next++) {
    if (source.charAt(next) === '\\') next++;
    else if (source.charAt(next) === start) return next + 1;
  }
  return -1;
}

/**
 * Whether the console waits for more before it evaluates what was typed (`jsiCountBracketsInInput`): brackets are open,
 * or a comment or template is. A string that does not end is evaluated at once, so that it can be an error. Regular
 * expressions are taken for divisions.
 */
export function isUnfinished(source: string): boolean {
  let open = 0;
  for (let at = 0; at < source.length; at++) {
    const char = source.charAt(at);
    if (OPENING.includes(char)) open++;
    else if (CLOSING.includes(char)) open--;
    else if (/["'`]/.test(char) || /^\/[/*]/.test(source.slice(at, at + 2))) {
      const end = endOf(source, at);
      if (end < 0) return char === '`' || char === '/';
      at = end - 1;
    }
    if (open < 0) return false;
  }
  return open > 0;
}
