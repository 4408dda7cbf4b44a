import { inGroups } from 'passfob/activation/activation-string';
import { qrSvg } from 'passfob/activation/qr-svg';
import { byId, onClick, texts } from './dom.ts';

/**
 * Prepares the ways to carry the string to another computer, shown while `current` returns one. The page keeps no
 * copy of it.
 */
export function prepareCarry(current: () => string | undefined): void {
  onClick('show-qr', () => toggle('show-qr', 'qr', fillQr));
  onClick('show-string', () => toggle('show-string', 'shown', fillString));

  function toggle(button: string, part: string, fill: (string: string | undefined) => void): void {
    const isOpen = byId(part).hidden;
    fill(isOpen ? current() : undefined);
    byId(part).hidden = !isOpen;
    byId(button).setAttribute('aria-expanded', String(isOpen));
  }
}

export function showCarry(): void {
  byId('carry').hidden = false;
}

/** Removes string and picture from the page. */
export function hideCarry(): void {
  byId('carry').hidden = true;
  for (const [button, part] of [
    ['show-qr', 'qr'],
    ['show-string', 'shown'],
  ] as const) {
    byId(part).hidden = true;
    byId(button).setAttribute('aria-expanded', 'false');
  }
  fillQr(undefined);
  fillString(undefined);
}

function fillQr(string: string | undefined): void {
  const place = byId('qr-image');
  place.replaceChildren();
  if (string === undefined) return;
  const svg = new DOMParser().parseFromString(qrSvg(string, texts.qrLabel), 'image/svg+xml');
  place.append(document.adoptNode(svg.documentElement));
}

function fillString(string: string | undefined): void {
  byId('shown-string').textContent = string === undefined ? '' : inGroups(string);
}
