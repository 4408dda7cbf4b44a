/** Markup that is safe to send. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export const nothing = new Markup('');

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A template whose values are escaped, unless they are markup themselves. */
export function html(
  strings: TemplateStringsArray,
  ...values: readonly (string | number | Markup)[]
): Markup {
  const parts = strings.map((part, at) => {
    const value = values[at];
    if (value === undefined) return part;
    if (value instanceof Markup) return part + value.text;
    return part + String(value).replace(/[&<>"']/g, character => ESCAPES[character] ?? character);
  });
  return new Markup(parts.join(''));
}
