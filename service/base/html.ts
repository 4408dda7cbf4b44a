import { htmlEscape } from 'escape-goat';

/** Markup that is sent unchanged. Only `html` makes it from text, and it escapes every value. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Value = string | number | Markup | readonly Markup[];

/** Template tag: literal parts are markup, values are text (or markup made by this tag). Attributes need quotes. */
export function html(literals: TemplateStringsArray, ...values: readonly Value[]): Markup {
  const parts = literals.map((literal, index) => {
    const value = values[index];
    return literal + (value === undefined ? '' : render(value));
  });
  return new Markup(parts.join(''));
}

function render(value: Value): string {
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map(part => part.text).join('');
  return htmlEscape(String(value));
}

/** Empty markup, for optional parts. */
export const nothing = html``;

/** Encodes JSON for a script element, in which no character may begin markup. */
export function jsonMarkup(value: unknown): Markup {
  return new Markup(JSON.stringify(value).replaceAll('<', '\\u003c'));
}

/** The looks of a word for a state. */
export type Tone = 'good' | 'bad' | 'warn' | 'plain';
