import { htmlEscape } from 'escape-goat';

/** Markup that is safe to send. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export const nothing = new Markup('');

/** A template tag that escapes all values except markup. */
export function html(
  strings: TemplateStringsArray,
  ...values: readonly (string | number | Markup)[]
): Markup {
  const parts = strings.map((part, at) => {
    const value = values[at];
    if (value === undefined) return part;
    if (value instanceof Markup) return part + value.text;
    return part + htmlEscape(String(value));
  });
  return new Markup(parts.join(''));
}
