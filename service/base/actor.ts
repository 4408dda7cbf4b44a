import type { Role } from './kinds.ts';

/** An actor as the audit names it, and how it reached the service. */
export interface Actor {
  /**
   * An operator's user name, `api:` and a key's name, `link` for a one-time link, or `service` for the service
   * itself; a user's name if the role is `user`.
   */
  readonly name: string;
  /** `user`: a user who manages their own fobs and credentials on the self-service page. */
  readonly role: Role | 'service' | 'user';
  readonly source: string;
  readonly requestId: string;
}

/** The service acting by itself: at its start, in background jobs, from the command line of its computer. */
export const serviceActor: Actor = { name: 'service', role: 'service', source: '-', requestId: '-' };
