import type { Generated } from 'kysely';

/**
 * An attempt to become a fob's owner. `pending` is written before the secrets are sent, so that a fob is never owned
 * by lost keys; `erased` has no secrets left.
 */
export interface PairingTable {
  id: Generated<number>;
  serial: string;
  state: 'pending' | 'confirmed' | 'erased';
  board: string;
  firmware: string;
  created_ms: number;
  confirmed_ms: number | null;
  erased_ms: number | null;
  /** Time at which the fob got the recovery key; null if unknown. */
  escrowed_ms: Generated<number | null>;
  /** The person with the fob, in the owner's words; null for nobody. */
  holder: Generated<string | null>;
  /** Time at which its keys were exported for another owner; null if never. */
  given_ms: Generated<number | null>;
}

/** Sealed secrets of a pairing, in a table of their own so that erasing them means deleting rows. */
export interface SecretTable {
  pairing_id: number;
  device_secret: Uint8Array;
  pairing_key: Uint8Array;
  recovery_key: Uint8Array;
}

/**
 * The recovery key that a fob is about to get, or has got although its answer was lost. The present one stays in
 * `secrets` until the fob has confirmed this one.
 */
export interface NextRecoveryKeyTable {
  pairing_id: number;
  /** Sealed. */
  recovery_key: Uint8Array;
}

/** When a fob was last reached, and what it told. */
export interface ObservationTable {
  pairing_id: number;
  /** Time of the last session. */
  seen_ms: number;
  /** Time at which it told its state; null before the first time. */
  observed_ms: number | null;
  /** Its state as JSON (`host/commands/observed.ts`); null before the first time. */
  observed: string | null;
}

/** An account on a fob. `pending`: stored before it was sent to the fob, not yet proved. */
export interface AccountTable {
  pairing_id: number;
  /** The id on the fob, 8 hex digits. */
  account_id: string;
  state: 'pending' | 'active';
  kind: number;
  algorithm: number;
  digits: number;
  period: number;
  issuer: string;
  label: string;
  /** The stored key (RFC 2104 §2), sealed. */
  sealed_key: Uint8Array;
  created_ms: number;
  /** OCRA only (RFC 6287 §6): the suite as text. */
  suite: Generated<string | null>;
  /** Names sent to the fob and not yet proved; null if there are none. */
  next_issuer: Generated<string | null>;
  next_label: Generated<string | null>;
}

/** A plan for provisioning fobs, found by its name. */
export interface BatchTable {
  id: Generated<number>;
  name: string;
  created_ms: number;
  /** The permission for later exports, encrypted with their password; null: there are none. */
  export_permit: Generated<Uint8Array | null>;
}

/** A row of a plan that is assigned to a fob. */
export interface BatchRowTable {
  batch_id: number;
  /** SHA-256 of the row's content. */
  row_key: string;
  state: 'assigned' | 'done';
  serial: string;
  account_id: string;
  changed_ms: number;
  /** Time at which the batch wrote its account into a file; null if never. */
  handed_on_ms: Generated<number | null>;
}

/** Events of a fob. Most rows come from triggers, in the transaction of the change itself. Never a secret. */
export interface HistoryTable {
  id: Generated<number>;
  serial: string;
  at_ms: number;
  event: HistoryEvent;
  /** The subject: an account's names, a holder. */
  detail: Generated<string>;
}

export type HistoryEvent =
  | 'paired'
  | 'erased'
  | 'forgotten'
  | 'recovery-key-left'
  | 'enrolled'
  | 'removed'
  | 'renamed'
  | 'assigned'
  | 'unassigned'
  | 'given'
  | 'taken'
  | 'exported'
  | 'clock-set'
  | 'power-loss-acknowledged'
  | 'policy-set'
  | 'pin-required'
  | 'pin-reset'
  | 'opened-for-update'
  | 'verified';

/** A reading of a fob's clock. Fob minus host, in ms; drift and trim in ppm, positive for a fast clock. */
export interface ClockTable {
  id: Generated<number>;
  pairing_id: number;
  read_ms: number;
  /** Whether it was set then; the other columns hold its state before. */
  is_set: 0 | 1;
  difference_ms: number | null;
  uncertainty_ms: number | null;
  age_seconds: number | null;
  drift_ppm: number | null;
  trim_ppm: number | null;
}

/** The key under which new values are sealed: at most one row, none before the first re-keying. */
export interface EncryptionKeyTable {
  id: 1;
  key_id: string;
}

export interface InventorySchema {
  sealing: EncryptionKeyTable;
  batches: BatchTable;
  batch_rows: BatchRowTable;
  pairings: PairingTable;
  secrets: SecretTable;
  accounts: AccountTable;
  history: HistoryTable;
  clocks: ClockTable;
  next_recovery_keys: NextRecoveryKeyTable;
  observations: ObservationTable;
}

/**
 * Steps from an empty file to the current tables, in order; the file's `user_version` counts the steps applied. A
 * released step is never edited; the next change is a new step.
 */
export const MIGRATIONS: readonly string[] = [
  `
  create table pairings (
    id integer primary key autoincrement,
    serial text not null,
    state text not null check (state in ('pending', 'confirmed', 'erased')),
    board text not null,
    firmware text not null,
    created_ms integer not null,
    confirmed_ms integer,
    erased_ms integer
  ) strict;
  create index pairings_serial on pairings (serial);
  create unique index pairings_owned on pairings (serial) where state = 'confirmed';
  create table secrets (
    pairing_id integer primary key references pairings (id) on delete cascade,
    device_secret blob not null,
    pairing_key blob not null,
    recovery_key blob not null
  ) strict;
  create table accounts (
    pairing_id integer not null references pairings (id) on delete cascade,
    account_id text not null,
    state text not null check (state in ('pending', 'active')),
    kind integer not null,
    algorithm integer not null,
    digits integer not null,
    period integer not null,
    issuer text not null,
    label text not null,
    sealed_key blob not null,
    created_ms integer not null,
    primary key (pairing_id, account_id)
  ) strict;
  `,
  `
  alter table pairings add column escrowed_ms integer;
  alter table accounts add column suite text;
  alter table accounts add column next_issuer text;
  alter table accounts add column next_label text;
  `,
  `
  alter table pairings add column holder text;
  alter table pairings add column given_ms integer;
  create table history (
    id integer primary key autoincrement,
    serial text not null,
    at_ms integer not null,
    event text not null,
    detail text not null default ''
  ) strict;
  create index history_serial on history (serial, id);
  create table clocks (
    id integer primary key autoincrement,
    pairing_id integer not null references pairings (id) on delete cascade,
    read_ms integer not null,
    is_set integer not null,
    difference_ms real,
    uncertainty_ms real,
    age_seconds integer,
    drift_ppm real,
    trim_ppm real
  ) strict;
  create index clocks_pairing on clocks (pairing_id, id);
  create table sealing (id integer primary key check (id = 1), key_id text not null) strict;
  create trigger secrets_key before insert on secrets
    when lower(hex(substr(new.pairing_key, 1, 4))) != (select key_id from sealing) begin
    select raise(abort, 'sealed under a key that is no longer used');
  end;
  create trigger accounts_key before insert on accounts
    when lower(hex(substr(new.sealed_key, 1, 4))) != (select key_id from sealing) begin
    select raise(abort, 'sealed under a key that is no longer used');
  end;
  insert into history (serial, at_ms, event)
    select serial, confirmed_ms, 'paired' from pairings where confirmed_ms is not null;
  create trigger history_paired after update of state on pairings
    when new.state = 'confirmed' and old.state = 'pending' begin
    insert into history (serial, at_ms, event) values (new.serial, new.confirmed_ms, 'paired');
  end;
  create trigger history_erased after update of state on pairings
    when new.state = 'erased' and old.state = 'confirmed' begin
    insert into history (serial, at_ms, event) values (
      new.serial, new.erased_ms, iif(new.given_ms is null, 'erased', 'forgotten'));
  end;
  create trigger history_recovery after update of escrowed_ms on pairings
    when new.escrowed_ms is not null begin
    insert into history (serial, at_ms, event) values (new.serial, new.escrowed_ms, 'recovery-key-left');
  end;
  create trigger history_holder after update of holder on pairings
    when new.holder is not old.holder begin
    insert into history (serial, at_ms, event, detail) values (
      new.serial, cast(unixepoch('subsec') * 1000 as integer),
      iif(new.holder is null, 'unassigned', 'assigned'), coalesce(new.holder, old.holder));
  end;
  create trigger history_given after update of given_ms on pairings
    when new.given_ms is not null begin
    insert into history (serial, at_ms, event) values (new.serial, new.given_ms, 'given');
  end;
  create trigger history_enrolled after update of state on accounts
    when new.state = 'active' and old.state = 'pending' begin
    insert into history (serial, at_ms, event, detail)
      select serial, cast(unixepoch('subsec') * 1000 as integer), 'enrolled',
        iif(new.issuer = '', new.label, new.issuer || ':' || new.label)
      from pairings where id = new.pairing_id;
  end;
  create trigger history_removed after delete on accounts
    when old.state = 'active' begin
    insert into history (serial, at_ms, event, detail)
      select serial, cast(unixepoch('subsec') * 1000 as integer), 'removed',
        iif(old.issuer = '', old.label, old.issuer || ':' || old.label)
      from pairings where id = old.pairing_id;
  end;
  create trigger history_renamed after update of issuer, label on accounts
    when old.state = 'active' and (new.issuer is not old.issuer or new.label is not old.label) begin
    insert into history (serial, at_ms, event, detail)
      select serial, cast(unixepoch('subsec') * 1000 as integer), 'renamed',
        iif(new.issuer = '', new.label, new.issuer || ':' || new.label)
      from pairings where id = new.pairing_id;
  end;
  create table batches (
    id integer primary key autoincrement,
    name text not null unique,
    created_ms integer not null
  ) strict;
  create table batch_rows (
    batch_id integer not null references batches (id) on delete cascade,
    row_key text not null,
    state text not null check (state in ('assigned', 'done')),
    serial text not null,
    account_id text not null,
    changed_ms integer not null,
    primary key (batch_id, row_key)
  ) strict;
  `,
  `
  alter table batches add column export_permit blob;
  alter table batch_rows add column handed_on_ms integer;
  `,
  `
  create table next_recovery_keys (
    pairing_id integer primary key references pairings (id) on delete cascade,
    recovery_key blob not null
  ) strict;
  create trigger next_recovery_keys_key before insert on next_recovery_keys
    when lower(hex(substr(new.recovery_key, 1, 4))) != (select key_id from sealing) begin
    select raise(abort, 'sealed under a key that is no longer used');
  end;
  create table observations (
    pairing_id integer primary key references pairings (id) on delete cascade,
    seen_ms integer not null,
    observed_ms integer,
    observed text
  ) strict;
  `,
];
