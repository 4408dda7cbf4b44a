import type { OtherImage } from '../fob/image-name.ts';

/** Where a started fob can be reached; a front or faceplate that is not open is left out. */
export interface Ready {
  /** Of its faults; with `guessable` of everything random. */
  readonly seed: number;
  /** The run was started with a seed, from which its secrets follow, too. */
  readonly guessable?: boolean;
  /** The plan of its faults, as `--faults` takes it. */
  readonly faults?: string;
  ready: true;
  pty?: string | null;
  ptyUnavailable?: string;
  tcp?: number;
  usbip?: string;
  web?: string;
  /** The state keeps another firmware than the built one. */
  otherImage?: OtherImage;
}

export const GUESSABLE = 'Its secrets can be guessed from the seed: use it for tests only.';

export const WITHOUT_KEY =
  'without a key every user of this computer can open the page, and run text of theirs on its fob';

/** Formats it for programs: one line of JSON, whose fields are always in the same order. */
export function readyLine({
  ready,
  seed,
  guessable,
  faults,
  pty,
  ptyUnavailable,
  tcp,
  usbip,
  web,
  otherImage,
}: Ready): string {
  return `${JSON.stringify({ ready, seed, guessable, faults, pty, ptyUnavailable, tcp, usbip, web, otherImage })}\n`;
}

/** Formats it for a person at a terminal. Addresses stand alone, so that a narrow window does not break them. */
export function readyText(shown: Ready, isByNpx = false): string {
  const { seed, guessable, faults, pty, ptyUnavailable, tcp, usbip, web, otherImage } = shown;
  const ports = [...(pty ? [pty] : []), ...(tcp === undefined ? [] : [`tcp:127.0.0.1:${tcp}`])];
  const lines = [
    'The simulated fob is running.',
    ...(web === undefined ? [] : ['Open its page: its display and its button.', `  ${web}`]),
    ...(ports.length === 0 ? [] : ['Find it from another terminal:']),
    ...ports.map(port => `  ${isByNpx ? 'npx ' : ''}passfob devices --device ${port}`),
    ...(ptyUnavailable === undefined ? [] : [`It has no serial port: ${ptyUnavailable}.`]),
    ...(usbip === undefined ? [] : ['It serves its USB device at:', `  ${usbip}`]),
    ...(otherImage === undefined ? [] : olderImage(otherImage)),
    ...(guessable ? [`To repeat this run: --seed ${seed}`, GUESSABLE] : []),
    ...(faults === undefined
      ? []
      : [`Faults strike: ${faults}`, `The same ones again: add --replay ${seed}`]),
    'To end it: Ctrl-C',
  ];
  return lines.map(line => `${line}\n`).join('');
}

/** The fob's own update needs its owner and a hold; the option works on every state. */
export function olderImage({ kept, built }: OtherImage): string[] {
  return [
    `Its firmware is ${kept}; the one here is ${built}.`,
    'To renew it: passfob update, or start it again with --update-image. Its accounts stay.',
  ];
}
