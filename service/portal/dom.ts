import type { PortalPart, PortalTexts } from 'passfob/activation/portal';

const PARTS: readonly PortalPart[] = [
  'alone',
  'enter',
  'elsewhere',
  'unable',
  'ready',
  'run',
  'done',
  'failed',
];

/** Returns an element that the page must have. */
export function byId<T extends Element = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no ${id}`);
  return element as unknown as T;
}

/** The texts that the page carries for its script. */
export function readTexts<Texts>(): Texts {
  return JSON.parse(byId('texts').textContent ?? '{}') as Texts;
}

/** The texts of the activation page; of another page that reaches fobs only those about devices (`DeviceTexts`). */
export const texts = readTexts<PortalTexts>();

/** Shows one part of the page; its heading takes the focus, so that screen readers read it next. */
export function showPart(part: PortalPart): void {
  for (const name of PARTS) byId(name).hidden = name !== part;
  byId(`${part}-heading`).focus();
}

export function isShown(part: PortalPart): boolean {
  return !byId(part).hidden;
}

/** Shows the status; screen readers read it after their current text. */
export function sayStatus(text: string): void {
  const status = byId('status');
  if (status.textContent !== text) status.textContent = text;
}

/** Shows a problem, which screen readers read at once; an empty text removes it. */
export function sayProblem(text: string): void {
  const problem = byId('problem');
  problem.textContent = text;
  problem.hidden = text === '';
}

export function onClick(id: string, listener: () => void): void {
  byId(id).addEventListener('click', listener);
}
