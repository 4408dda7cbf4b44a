import type { Selectable } from 'kysely';
import type { Schema } from '../data/schema.ts';

/** A token as it is stored. */
export type TokenRow = Selectable<Schema['tokens']>;
