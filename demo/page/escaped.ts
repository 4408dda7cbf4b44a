const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};

/** Text as it may stand in markup and in attributes. */
export function escaped(text: string): string {
  return text.replace(/[&<>"]/g, character => ESCAPES[character] ?? character);
}
