/** Attributes and listeners of a new element: `on…` are listeners, `true` an attribute without a value, false none. */
export type Attributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Makes an element. Texts become text, never markup. */
export function make<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === undefined) continue;
    element.setAttribute(name, value === true ? '' : String(value));
  }
  element.append(...children);
  return element;
}

/** Makes a button that acts at a click, or at Space or Enter. */
export function makeButton(text: string, act: () => void, attributes: Attributes = {}): HTMLButtonElement {
  const button = make('button', { type: 'button', ...attributes }, text);
  button.addEventListener('click', act);
  return button;
}

/** Makes a switch with two states. */
export function makeSwitch(text: string, isOn: boolean, change: (isOn: boolean) => void): HTMLButtonElement {
  const button = makeButton(
    text,
    () => {
      const next = button.getAttribute('aria-checked') !== 'true';
      button.setAttribute('aria-checked', String(next));
      change(next);
    },
    { role: 'switch', class: 'switch', 'aria-checked': String(isOn) },
  );
  button.prepend(make('span', { class: 'track', 'aria-hidden': 'true' }));
  return button;
}

let lastId = 0;

/** Returns an id that no other element of the page has. */
export function freshId(name: string): string {
  lastId++;
  return `${name}-${lastId}`;
}

/** Makes a field under its label. */
export function makeField<Field extends HTMLElement>(label: string, field: Field): HTMLElement {
  field.id ||= freshId('field');
  return make('div', { class: 'field' }, make('label', { for: field.id }, label), field);
}

/** Shows a text where it is not shown yet: a screen reader reads a status again only when it changes. */
export function say(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
