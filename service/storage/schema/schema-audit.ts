import type { Generated } from 'kysely';

/** The tables of the audit. */
export interface AuditSchema {
  /** What operators did: a MAC in each row; `seal` is the number of the link of the chain that it is in. */
  audit: {
    id: Generated<number>;
    at_ms: number;
    actor: string;
    role: string;
    action: string;
    subject_kind: string;
    subject_id: string;
    subject: string;
    /** JSON object; never a secret. */
    detail: string;
    source: string;
    request_id: string;
    mac: string;
    seal: number | null;
  };
  audit_seals: {
    number: number;
    at_ms: number;
    rows: number;
    previous: string;
    mac: string;
    /** When the rows under this seal were removed by rotation; the seal stays as the anchor of what follows. */
    rotated_ms: number | null;
  };
}
