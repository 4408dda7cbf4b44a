import type { Role } from './kinds.ts';

/** Who does something, as the audit names them, and how they reached the service. */
export interface Actor {
  /**
   * An operator's user name, `api:` and a key's name, `link` for a one-time link, or `service` for the service itself; a
   * user's name where the role is `user`.
   */
  readonly name: string;
  /** `user`: somebody on their own page, acting on what is their own. */
  readonly role: Role | 'service' | 'user';
  readonly source: string;
  readonly requestId: string;
}

/** The service acting by itself: at its start, in a job's background part, from the command line of its computer. */
export const serviceActor: Actor = { name: 'service', role: 'service', source: '-', requestId: '-' };
