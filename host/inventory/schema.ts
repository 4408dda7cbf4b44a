import type { Generated } from 'kysely';

/**
 * One attempt of this owner to own a fob. `pending` is written before the fob hears the secrets, so that a fob is
 * never owned by keys nobody has; `erased` has no secrets left.
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
  /** When the fob was given the recovery key; null where it is not known to have it. */
  escrowed_ms: Generated<number | null>;
}

/** Sealed secrets of a pairing, apart from it so that erasing them is deleting rows. */
export interface SecretTable {
  pairing_id: number;
  device_secret: Uint8Array;
  pairing_key: Uint8Array;
  recovery_key: Uint8Array;
}

/** An account on a fob. `pending`: written before the fob was asked to take it, not yet proved. */
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
  /** Names that the fob was asked to take and has not yet proved: null while there are none. */
  next_issuer: Generated<string | null>;
  next_label: Generated<string | null>;
}

/** A plan that fobs are provisioned by, under the name by which it is found again. */
export interface BatchTable {
  id: Generated<number>;
  name: string;
  created_ms: number;
}

/** A row of a plan that has got its fob. */
export interface BatchRowTable {
  batch_id: number;
  /** SHA-256 of what the row asks for. */
  row_key: string;
  state: 'assigned' | 'done';
  serial: string;
  account_id: string;
  changed_ms: number;
}

export interface Schema {
  batches: BatchTable;
  batch_rows: BatchRowTable;
  pairings: PairingTable;
  secrets: SecretTable;
  accounts: AccountTable;
}

/**
 * Steps from an empty file to the present tables, in order; the file's `user_version` counts those it has. A step that
 * has been released is never edited: the next change is a new one.
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
];
