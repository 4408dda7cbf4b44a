/** Where a started fob can be reached; a front or faceplate that is not open is left out. */
export interface Ready {
  /** Of its faults; with `guessable` of everything random. */
  readonly seed: number;
  /** The run was started with a seed, from which its secrets follow, too. */
  readonly guessable?: boolean;
  ready: true;
  pty?: string | null;
  ptyUnavailable?: string;
  tcp?: number;
  usbip?: string;
  web?: string;
}

export const GUESSABLE = 'Its secrets can be guessed from the seed: use it for tests only.';

/** Formats it for programs: one line of JSON, whose fields are always in the same order. */
export function readyLine({ ready, seed, guessable, pty, ptyUnavailable, tcp, usbip, web }: Ready): string {
  return `${JSON.stringify({ ready, seed, guessable, pty, ptyUnavailable, tcp, usbip, web })}\n`;
}

/** Formats it for a person at a terminal. Addresses stand alone, so that a narrow window does not break them. */
export function readyText(shown: Ready, isByNpx = false): string {
  const { seed, guessable, pty, ptyUnavailable, tcp, usbip, web } = shown;
  const ports = [...(pty ? [pty] : []), ...(tcp === undefined ? [] : [`tcp:127.0.0.1:${tcp}`])];
  const lines = [
    'The simulated fob is running.',
    ...(web === undefined ? [] : ['Open its page: its display and its button.', `  ${web}`]),
    ...(ports.length === 0 ? [] : ['Find it from another terminal:']),
    ...ports.map(port => `  ${isByNpx ? 'npx ' : ''}passfob devices --device ${port}`),
    ...(ptyUnavailable === undefined ? [] : [`It has no serial port: ${ptyUnavailable}.`]),
    ...(usbip === undefined ? [] : ['It serves its USB device at:', `  ${usbip}`]),
    ...(guessable ? [`To repeat this run: --seed ${seed}`, GUESSABLE] : []),
    'To end it: Ctrl-C',
  ];
  return lines.map(line => `${line}\n`).join('');
}
