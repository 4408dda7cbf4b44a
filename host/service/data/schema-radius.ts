/** The table of RADIUS (`schema.ts` says how values are stored). */
export interface RadiusSchema {
  /** RADIUS clients (RFC 2865 §3): who may ask from which addresses, for which application. */
  radius_clients: {
    id: string;
    name: string;
    /** An address or a range (CIDR), as `ipaddr.js` writes it; unique. */
    address: string;
    application_id: string;
    sealed_secret: string;
    key_id: string;
    created_ms: number;
  };
}
