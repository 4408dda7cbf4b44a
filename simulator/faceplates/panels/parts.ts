import { type Piece, piece } from './pieces.ts';

/** A button that does an act of `acts.ts`, or one of the page's own. */
export function actButton(
  act: string,
  text: string,
  options: { value?: string; disabled?: boolean } = {},
): Piece {
  return piece(
    'button',
    {
      type: 'button',
      class: 'act',
      'data-act': act,
      'data-value': options.value,
      disabled: options.disabled,
    },
    text,
  );
}

/** A switch that does an act: `data-value` is what it asks for. */
export function actSwitch(act: string, text: string, isOn: boolean, value: string): Piece {
  return piece(
    'button',
    {
      type: 'button',
      class: 'switch',
      role: 'switch',
      'aria-checked': String(isOn),
      'data-act': act,
      'data-value': value,
    },
    piece('span', { class: 'track' }),
    text,
  );
}

/** A field for a whole number; `name` is its name in the form. */
export function numberField(name: string, label: string, least: number, most: number, value: number): Piece {
  return piece(
    'label',
    { class: 'field' },
    label,
    piece('input', { type: 'number', name, min: least, max: most, step: 1, value, required: true }),
  );
}

/** A form that does an act with the values of its fields. */
export function actForm(act: string, ...children: readonly (Piece | undefined)[]): Piece {
  return piece('form', { class: 'row', 'data-act': act }, ...children);
}

export function submit(text: string): Piece {
  return piece('button', { type: 'submit', class: 'act' }, text);
}

/** A table with a caption, inside a region that scrolls by keyboard where it is wider than the page. */
export function table(
  caption: string,
  columns: readonly string[],
  rows: readonly Piece[],
  options: { readonly isLong?: boolean } = {},
): Piece {
  return piece(
    'div',
    { class: options.isLong ? 'scroll long' : 'scroll', tabindex: 0, role: 'region', 'aria-label': caption },
    piece(
      'table',
      {},
      piece('caption', {}, caption),
      piece('thead', {}, piece('tr', {}, ...columns.map(name => piece('th', { scope: 'col' }, name)))),
      piece('tbody', {}, ...rows),
    ),
  );
}

export function row(key: string | number, ...cells: readonly (Piece | string)[]): Piece {
  return piece('tr', { key }, ...cells.map(cell => piece('td', {}, cell)));
}

/** Time of day with milliseconds, in UTC. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(11, 23);
}

/** Date and time of day, in UTC. */
export function utcText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

export function amount(value: number): string {
  return value.toLocaleString('en-GB');
}
