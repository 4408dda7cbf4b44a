import type { Client } from 'passfob/client/client';
import type { Hello } from 'passfob/client/hello';
import type { OwnerTools } from 'passfob/owner/tools';
import type { CareRelayKind } from '../../base/kinds.ts';

/** An open session of the service with one of its own fobs. */
export interface ManagedSession {
  readonly client: Client;
  readonly hello: Hello;
  readonly fobId: string;
  readonly tools: OwnerTools;
}

/** The relay that carries the bytes of a session: it is not trusted, and only named. */
export interface CareRelay {
  readonly kind: CareRelayKind;
  /** For people: the source of an agent, the user of a page. */
  readonly name: string;
}
