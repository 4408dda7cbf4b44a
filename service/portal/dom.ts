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

/** An element of the page, which has all that this script asks for. */
export function byId<T extends Element = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no ${id}`);
  return element as unknown as T;
}

/** The words that the page brings for this script. */
export const texts = JSON.parse(byId('texts').textContent ?? '{}') as PortalTexts;

/** Shows one part of the page; its heading takes the focus, so that it is what is read next. */
export function showPart(part: PortalPart): void {
  for (const name of PARTS) byId(name).hidden = name !== part;
  byId(`${part}-heading`).focus();
}

export function isShown(part: PortalPart): boolean {
  return !byId(part).hidden;
}

/** Says where things stand; screen readers read it out when they have said what they are saying. */
export function sayStatus(text: string): void {
  const status = byId('status');
  if (status.textContent !== text) status.textContent = text;
}

/** Says what went wrong, at once; an empty text takes it away. */
export function sayProblem(text: string): void {
  const problem = byId('problem');
  problem.textContent = text;
  problem.hidden = text === '';
}

export function onClick(id: string, listener: () => void): void {
  byId(id).addEventListener('click', listener);
}
