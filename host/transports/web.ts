import { FobError } from '../errors.ts';

/** The part in use of `EventTarget`. */
export interface EventSource<Name extends string, Event> {
  addEventListener(name: Name, listener: (event: Event) => void): void;
  removeEventListener(name: Name, listener: (event: Event) => void): void;
}

/** Returns the name that tells the kind of a `DOMException`, or an empty string. */
export function exceptionName(cause: unknown): string {
  return cause instanceof Error ? cause.name : '';
}

/** Makes the error for a browser that gave no device. */
export function whyNotChosen(cause: unknown): FobError {
  if (exceptionName(cause) === 'NotFoundError') {
    return new FobError('cancelled', {
      sentence: 'No device was chosen.',
      next: 'Try again and choose the fob.',
      cause,
    });
  }
  return new FobError('port-forbidden', {
    sentence: 'The browser does not let this page ask for a device.',
    next: 'Open the page over HTTPS or from localhost, and ask in answer to a click.',
    cause,
  });
}

/** Makes the error for a browser that does not tell which devices the page may open. */
export function whyForbidden(cause: unknown): FobError {
  return new FobError('port-forbidden', {
    sentence: 'The browser does not let this page use devices.',
    next: 'Open the page over HTTPS or from localhost, and not within a page of another site.',
    cause,
  });
}

/** Makes the error for a port that the page itself has open; browsers do not report this of other programs. */
export function hasItOpen(cause?: unknown): FobError {
  return new FobError('port-busy', {
    sentence: 'This page, or another, has the fob open already.',
    next: 'Close the other connection or page, then try again.',
    cause,
  });
}
