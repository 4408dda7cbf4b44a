/** What the service knows of itself. */
export interface NodeSchema {
  /** One row, which is written to find out whether the database takes writes. */
  readiness: { id: number; looks: number };
  /** Named values as JSON: lock policy, alert channels, addresses. */
  settings: { name: string; value: string; changed_ms: number };
  /** Keys of the service itself that all nodes share, sealed: its identity (Ed25519). */
  service_keys: { name: string; public_key: string; sealed_key: string; key_id: string; created_ms: number };
}
