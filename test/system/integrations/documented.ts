import { readFileSync } from 'node:fs';

/**
 * Returns the text that a page about an integration has people write, so that it is tested word for word.
 *
 * @param language the word behind the fence
 * @param changes the differences in a test: each original stands on the page
 */
export function documented(
  page: string,
  language: string,
  changes: readonly (readonly [string, string])[],
): string {
  const text = readFileSync(new URL(`../../../docs/integrations/${page}.md`, import.meta.url), 'utf8');
  const [, indent = '', found] = new RegExp(`^( *)\`\`\`${language}\\n(.*?)^ *\`\`\``, 'ms').exec(text) ?? [];
  if (found === undefined) throw new Error(`${page}.md has no ${language}`);
  let block = found.replaceAll(new RegExp(`^${indent}`, 'gm'), '');
  for (const [as, here] of changes) {
    if (!block.includes(as)) throw new Error(`${page}.md has no ${as}`);
    block = block.replaceAll(as, here);
  }
  return block;
}
