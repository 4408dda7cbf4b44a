import { FobError } from '../errors.ts';

/** What is used of `EventTarget`. */
export interface EventSource<Name extends string, Event> {
  addEventListener(name: Name, listener: (event: Event) => void): void;
  removeEventListener(name: Name, listener: (event: Event) => void): void;
}

/** The name by which a `DOMException` tells its kind, or an empty string. */
export function exceptionName(cause: unknown): string {
  return cause instanceof Error ? cause.name : '';
}

/** Why a browser gave no device. */
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

/** Why a browser does not say what the page may open. */
export function whyForbidden(cause: unknown): FobError {
  return new FobError('port-forbidden', {
    sentence: 'The browser does not let this page use devices.',
    next: 'Open the page over HTTPS or from localhost, and not within a page of another site.',
    cause,
  });
}

/** The page itself holds the port: browsers do not say so of another program. */
export function hasItOpen(cause?: unknown): FobError {
  return new FobError('port-busy', {
    sentence: 'This page, or another, has the fob open already.',
    next: 'Close the other connection or page, then try again.',
    cause,
  });
}
