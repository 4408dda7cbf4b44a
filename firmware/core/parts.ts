import type { Accounts } from './accounts.ts';
import type { Now, Ports } from './base/ports.ts';
import type { Lock } from './lock.ts';
import type { Pool } from './pool.ts';
import type { Timekeeper } from './timekeeper.ts';
import type { Vault } from './vault/vault.ts';

/** The parts of a fob, shared by its person and the commands. */
export interface FobParts {
  readonly ports: Ports;
  readonly vault: Vault;
  readonly lock: Lock;
  readonly accounts: Accounts;
  readonly timekeeper: Timekeeper;
  readonly pool: Pool;
  readonly now: Now;
}
