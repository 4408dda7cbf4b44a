/** The table of searches by any part of a text. */
export interface SearchSchema {
  /** Parts of what users and tokens are found by (`search/parts.ts`): derived from their rows, and in no backup. */
  search_parts: {
    kind: SearchKind;
    part: string;
    /** The user's name or the token's serial number, which never change. */
    name: string;
  };
}

export type SearchKind = 'user' | 'token';
